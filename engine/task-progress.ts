import type { TaskRow } from '../db/runs.ts';
import type { TaskProgress } from '../db/tasks.ts';
import type { StepResult } from './steps/step.ts';

/** The task as it is once its next attempt has begun. */
export function taskBegun(task: TaskRow, now = new Date()): TaskProgress {
  return {
    id: task.id,
    state: 'running',
    attempt: task.attempt + 1,
    exitCode: null,
    detail: null,
    startedAt: now,
    endedAt: null,
    notBefore: null,
  };
}

/** The task as it is while it goes on, and tells people what it waits for. */
export function taskTells(task: TaskRow, detail: string): TaskProgress {
  return { ...progressOf(task), detail };
}

/** The task as it is once this attempt has ended and there is no other. */
export function taskEnded(task: TaskRow, result: StepResult, now = new Date()): TaskProgress {
  return {
    ...progressOf(task),
    state: result.state,
    exitCode: result.exitCode ?? null,
    detail: result.detail ?? null,
    endedAt: now,
  };
}

/** The task as it is while it waits for its next attempt. */
export function taskPaused(task: TaskRow, result: StepResult, notBefore: Date): TaskProgress {
  const why = result.detail ?? result.state;
  return {
    ...progressOf(task),
    state: 'waiting',
    detail: `attempt ${task.attempt}: ${why}`,
    notBefore,
  };
}

/** The task as it is once it is known that what was begun has to be begun again. */
export function taskWaits(task: TaskRow): TaskProgress {
  return { ...progressOf(task), state: 'waiting' };
}

export function taskSkipped(task: TaskRow, now = new Date()): TaskProgress {
  return { ...progressOf(task), state: 'skipped', endedAt: now };
}

function progressOf(task: TaskRow): TaskProgress {
  const { id, state, attempt, exitCode, detail, startedAt, endedAt, notBefore } = task;
  return { id, state, attempt, exitCode, detail, startedAt, endedAt, notBefore };
}
