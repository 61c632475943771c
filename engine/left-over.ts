import type { TaskRow } from '../db/runs.ts';
import type { Action } from './plan.ts';

/** Comes before what a task that was to end has left on its node. */
export const STILL_RUNNING = '; still running: ';

const MOST_NAMED = 5;

/**
 * The processes that a task has left, as many as people read: what hangs on a file server may be hundreds. Whole: a secret is masked
 * later, and of one that was cut a part would be left.
 */
export function stillRunning(left: readonly string[]): string {
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '';
  return `${STILL_RUNNING}${left.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Kinds of actions that are processes on nodes. */
const RUNS_THERE: ReadonlySet<Action['kind']> = new Set(['script', 'check', 'facts']);

/** What a task of a cancelled run has left on its node, or may have; null: nothing. */
export function leftBy({ state, action, attempt, detail }: TaskRow): string | null {
  if (state === 'broke') return RUNS_THERE.has((action as Action).kind) && attempt > 0 ? detail : null;
  const at = detail?.indexOf(STILL_RUNNING) ?? -1;
  return detail === null || at === -1 ? null : detail.slice(at + STILL_RUNNING.length);
}
