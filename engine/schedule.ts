import type { RunState, TaskState } from '../db/schema.ts';

/** What scheduling needs to know of a task. */
export interface ScheduledTask {
  readonly ordinal: number;
  readonly step: string;
  readonly needs: readonly string[];
  readonly state: TaskState;
}

export interface Schedule {
  /** Ordinals that may start now. */
  readonly ready: number[];
  /** Ordinals that can never start, since something that they need did not get done. */
  readonly skip: number[];
  /** Nothing runs and nothing will. */
  readonly ended: boolean;
}

/** Which tasks may start, and which never will: pure. A step is done when all of its tasks are. */
export function schedule(tasks: readonly ScheduledTask[], stopping: boolean): Schedule {
  const undone = new Map<string, 'open' | 'dead'>();
  for (const task of tasks) {
    if (task.state === 'done') continue;
    const open = task.state === 'waiting' || task.state === 'running';
    if (!open) undone.set(task.step, 'dead');
    else if (undone.get(task.step) !== 'dead') undone.set(task.step, 'open');
  }
  const ready: number[] = [];
  const skip: number[] = [];
  let open = false;
  for (const task of tasks) {
    if (task.state === 'running') open = true;
    if (task.state !== 'waiting') continue;
    if (stopping || task.needs.some((step) => undone.get(step) === 'dead')) skip.push(task.ordinal);
    else if (task.needs.every((step) => !undone.has(step))) ready.push(task.ordinal);
    else open = true;
  }
  return { ready, skip, ended: !open && ready.length === 0 && skip.length === 0 };
}

/** How a run ended, once all of its tasks have: what could not be found out weighs more than what said no. */
export function outcome(tasks: readonly Pick<ScheduledTask, 'state'>[], cancelled: boolean): RunState {
  const has = (state: TaskState) => tasks.some((task) => task.state === state);
  if (has('unknown')) return 'unknown';
  if (cancelled) return tasks.every((task) => task.state === 'done') ? 'succeeded' : 'cancelled';
  if (has('broke')) return 'broke';
  if (has('failed') || has('skipped') || has('cancelled')) return 'failed';
  return 'succeeded';
}
