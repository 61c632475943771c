import type { OnFailure, RunState, TaskState } from '../db/schema.ts';
import { type LinkedTask, linksOf, type StepNode, stepsOf, type TaskNode } from './task-graph.ts';

/** What scheduling needs to know of a task. */
export interface ScheduledTask extends LinkedTask {
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
  /** That is so: somebody asked for it, or a step failed whose failure stops the run. */
  readonly stopped: boolean;
  /** Whether anything runs, may start, or has still to be skipped. */
  readonly busy: boolean;
  /** Tasks of which nobody knows whether they were done; what needs them waits for an answer. */
  readonly unknown: number;
}

export function createSchedule(tasks: readonly ScheduledTask[]): Schedule {
  const states = tasks.map(({ state }) => state);
  const steps = stepsOf(tasks);
  const links = linksOf(tasks);
  const counts = new Map<TaskState, number>();
  let ready: number[] = [];
  let skipped: number[] = [];
  let stopped = false;

  const stepOf = (ordinal: number) => steps.get(taskAt(ordinal).step) as StepNode;
  const linkOf = (ordinal: number) => links[ordinal] as TaskNode;
  const taskAt = (ordinal: number) => tasks[ordinal] as ScheduledTask;
  const count = (state: TaskState) => counts.get(state) ?? 0;
  const passed = (ordinal: number, state: TaskState) =>
    state === 'done' || (state === 'failed' && taskAt(ordinal).onFailure === 'continue');

  /** It waits: decide whether it may start, never will, or goes on waiting. */
  function place(ordinal: number): void {
    const step = stepOf(ordinal);
    const link = linkOf(ordinal);
    if (stopped || step.doomed || link.doomed) skipped.push(ordinal);
    else if (step.missing === 0 && link.missing === 0) ready.push(ordinal);
  }

  /** It will not get done, nor will what needs it. */
  function doomAfter(ordinal: number): void {
    for (const next of stepOf(ordinal).neededBy) {
      if (next.doomed) continue;
      next.doomed = true;
      next.ordinals.forEach(doom);
    }
    linkOf(ordinal).neededBy.forEach(doom);
  }

  function doom(ordinal: number): void {
    const link = linkOf(ordinal);
    if (link.doomed) return;
    link.doomed = true;
    if (states[ordinal] !== 'waiting') return;
    skipped.push(ordinal);
    doomAfter(ordinal);
  }

  function placeIfWaiting(ordinal: number): void {
    if (states[ordinal] === 'waiting') place(ordinal);
  }

  function pass(ordinal: number): void {
    for (const next of linkOf(ordinal).neededBy) {
      linkOf(next).missing -= 1;
      if (linkOf(next).missing === 0) placeIfWaiting(next);
    }
    const step = stepOf(ordinal);
    step.left -= 1;
    if (step.left === 0) step.neededBy.forEach(countDown);
  }

  function end(ordinal: number): void {
    const step = stepOf(ordinal);
    step.open -= 1;
    if (step.open === 0) step.followedBy.forEach(countDown);
  }

  function countDown(step: StepNode): void {
    step.missing -= 1;
    if (step.missing === 0) step.ordinals.forEach(placeIfWaiting);
  }

  function settle(ordinal: number, state: TaskState): void {
    if (state === 'waiting' || state === 'running' || state === 'unknown') return;
    if (passed(ordinal, state)) pass(ordinal);
    else {
      doomAfter(ordinal);
      if (taskAt(ordinal).onFailure === 'stop') stop();
    }
    end(ordinal);
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
    get stopped() {
      return stopped;
    },
    get busy() {
      return count('running') > 0 || ready.length > 0 || skipped.length > 0;
    },
    get unknown() {
      return count('unknown');
    },
  };
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
