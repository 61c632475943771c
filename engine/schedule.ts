import type { OnFailure, RunState, TaskState } from '../db/schema.ts';

/** What scheduling needs to know of a task. All tasks of one step have the same needs. */
export interface ScheduledTask {
  readonly ordinal: number;
  readonly step: string;
  readonly needs: readonly string[];
  readonly state: TaskState;
  readonly onFailure: OnFailure;
}

/**
 * Which tasks of a run may start, and which never will. Deterministic and without clock or database; costs time in
 * proportion to what changes, not to the size of the run. A step has passed when all of its tasks have.
 */
export interface Schedule {
  /** Tasks that may start now; each is given out once, and again after it came back to `waiting`. */
  takeReady(): number[];
  /** Tasks that can never start, since something that they need did not get done or the run stops; each is given out once. */
  takeSkipped(): number[];
  /** The task has come to this state. `waiting`: it is to be tried again. */
  note(ordinal: number, state: TaskState): void;
  /** Nothing that has not begun is to begin. */
  stop(): void;
  /** Whether anything runs, may start, or has still to be skipped. */
  readonly busy: boolean;
  /** Tasks of which nobody knows whether they were done; what needs them waits for an answer. */
  readonly unknown: number;
}

interface StepNode {
  readonly ordinals: number[];
  readonly neededBy: StepNode[];
  /** Its tasks that have not passed. */
  left: number;
  /** Steps that it needs and that have not passed. */
  missing: number;
  /** Something that it needs will not get done. */
  doomed: boolean;
}

export function createSchedule(tasks: readonly ScheduledTask[]): Schedule {
  const states = tasks.map(({ state }) => state);
  const steps = stepsOf(tasks);
  const counts = new Map<TaskState, number>();
  let ready: number[] = [];
  let skipped: number[] = [];
  let stopped = false;

  const stepOf = (ordinal: number) => steps.get(taskAt(ordinal).step) as StepNode;
  const taskAt = (ordinal: number) => tasks[ordinal] as ScheduledTask;
  const count = (state: TaskState) => counts.get(state) ?? 0;
  const passed = (ordinal: number, state: TaskState) =>
    state === 'done' || (state === 'failed' && taskAt(ordinal).onFailure === 'continue');

  /** It waits: decide whether it may start, never will, or goes on waiting. */
  function place(ordinal: number): void {
    const { doomed, missing } = stepOf(ordinal);
    if (stopped || doomed) skipped.push(ordinal);
    else if (missing === 0) ready.push(ordinal);
  }

  function doom(step: StepNode): void {
    for (const next of step.neededBy) {
      if (next.doomed) continue;
      next.doomed = true;
      for (const ordinal of next.ordinals) if (states[ordinal] === 'waiting') skipped.push(ordinal);
      doom(next);
    }
  }

  function pass(step: StepNode): void {
    step.left -= 1;
    if (step.left > 0) return;
    for (const next of step.neededBy) {
      next.missing -= 1;
      if (next.missing === 0)
        for (const ordinal of next.ordinals) if (states[ordinal] === 'waiting') place(ordinal);
    }
  }

  function settle(ordinal: number, state: TaskState): void {
    if (state === 'waiting' || state === 'running' || state === 'unknown') return;
    if (passed(ordinal, state)) {
      pass(stepOf(ordinal));
      return;
    }
    doom(stepOf(ordinal));
    if (taskAt(ordinal).onFailure === 'stop') stop();
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    ready = [];
    skipped = states.flatMap((state, ordinal) => (state === 'waiting' ? [ordinal] : []));
  }

  for (const state of states) counts.set(state, count(state) + 1);
  // Nothing is out of the question before all that has ended is known.
  for (const [ordinal, state] of states.entries()) if (state !== 'waiting') settle(ordinal, state);
  ready = [];
  if (!stopped) skipped = [];
  for (const [ordinal, state] of states.entries()) if (state === 'waiting' && !stopped) place(ordinal);

  return {
    takeReady: () => ready.splice(0).filter((ordinal) => states[ordinal] === 'waiting'),
    takeSkipped: () => skipped.splice(0).filter((ordinal) => states[ordinal] === 'waiting'),
    note(ordinal, state) {
      const before = states[ordinal] as TaskState;
      states[ordinal] = state;
      counts.set(before, count(before) - 1);
      counts.set(state, count(state) + 1);
      if (state === 'waiting') place(ordinal);
      else settle(ordinal, state);
    },
    stop,
    get busy() {
      return count('running') > 0 || ready.length > 0 || skipped.length > 0;
    },
    get unknown() {
      return count('unknown');
    },
  };
}

function stepsOf(tasks: readonly ScheduledTask[]): Map<string, StepNode> {
  const steps = new Map<string, StepNode>();
  for (const { step, ordinal } of tasks) {
    const node = steps.get(step) ?? { ordinals: [], neededBy: [], left: 0, missing: 0, doomed: false };
    steps.set(step, node);
    node.ordinals.push(ordinal);
    node.left += 1;
  }
  const linked = new Set<StepNode>();
  for (const { step, needs } of tasks) {
    const node = steps.get(step) as StepNode;
    if (linked.has(node)) continue;
    linked.add(node);
    for (const need of new Set(needs)) {
      // A step without tasks (nobody has its role) holds nothing up.
      const needed = steps.get(need);
      if (!needed) continue;
      needed.neededBy.push(node);
      node.missing += 1;
    }
  }
  return steps;
}

/** How a run ended, once all of its tasks have: what could not be found out weighs more than what said no. */
export function outcome(
  tasks: readonly Pick<ScheduledTask, 'state' | 'onFailure'>[],
  cancelled: boolean,
): RunState {
  const has = (state: TaskState) => tasks.some((task) => task.state === state);
  if (has('unknown')) return 'unknown';
  const counts = tasks.filter((task) => task.state !== 'failed' || task.onFailure !== 'continue');
  if (cancelled) return counts.every((task) => task.state === 'done') ? 'succeeded' : 'cancelled';
  if (has('broke')) return 'broke';
  if (counts.some(({ state }) => state !== 'done')) return 'failed';
  return 'succeeded';
}
