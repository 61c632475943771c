import type { Action } from './plan.ts';
import type { StepResult } from './steps/step.ts';

/** When a task is tried again by itself. */
export interface AttemptPolicy {
  /** Further attempts after the first one has failed. */
  readonly retries: number;
  /** Pause before the first further attempt, in ms; each later one is twice as long. */
  readonly backoffMs: number;
  /** May run again when nobody knows whether it ran. */
  readonly repeatable: boolean;
}

const LONGEST_BACKOFF_MS = 5 * 60_000;
/** A step that leaves no answer again and again (it reboots its machine, say) is somebody's to look at. */
const MOST_REPEATS = 3;

/** What an action's step says; all but scripts and playbooks only look, or do what is done already. */
export function policyOf(action: Action): AttemptPolicy {
  if (action.kind === 'script' || action.kind === 'playbook') return action;
  if (action.kind === 'copy') return { ...action, repeatable: true };
  return { retries: 0, backoffMs: 0, repeatable: true };
}

/**
 * The pause in ms before the task is tried again; null: this is its end. `attempts`: how many there have been. What still
 * runs on the node is never joined by another attempt.
 */
export function pauseBeforeNext(
  policy: AttemptPolicy,
  attempts: number,
  result: StepResult,
  random: () => number = Math.random,
): number | null {
  if (result.stillRuns) return null;
  if (result.state === 'unknown')
    return policy.repeatable && attempts <= policy.retries + MOST_REPEATS ? 0 : null;
  if (result.state !== 'failed' || attempts > policy.retries) return null;
  const pause = Math.min(LONGEST_BACKOFF_MS, policy.backoffMs * 2 ** (attempts - 1));
  // Nodes that failed together do not come back together.
  return Math.round(pause * (0.8 + random() * 0.4));
}
