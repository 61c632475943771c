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
/** Part of a pause by which it may be shorter or longer. */
const SPREAD = 0.2;
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
  // Nodes that failed together do not come back together.
  return Math.round(pauseAfter(policy, attempts) * (1 - SPREAD + random() * 2 * SPREAD));
}

/**
 * How much is left of the pause before the next attempt, in ms. Never more than a pause can have been: its end may have been set by a
 * clock that was put back since, or by that of another host.
 */
export function pauseLeft(
  policy: AttemptPolicy,
  attempts: number,
  notBefore: Date | null,
  now: number,
): number {
  if (notBefore === null) return 0;
  const longest = Math.round(pauseAfter(policy, attempts) * (1 + SPREAD));
  return Math.min(longest, Math.max(0, notBefore.getTime() - now));
}

function pauseAfter({ backoffMs }: AttemptPolicy, attempts: number): number {
  return Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** (attempts - 1));
}
