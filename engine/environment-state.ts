import type { EnvironmentState, RunKind, RunState } from '../db/schema.ts';

/** The state that an environment shows while a run of this kind goes on; looking at it changes nothing. */
export function environmentStateDuring(kind: RunKind, before: EnvironmentState): EnvironmentState {
  if (kind === 'provision') return 'provisioning';
  if (kind === 'reset') return 'resetting';
  if (kind === 'destroy') return 'destroying';
  return before;
}

/** The state that an environment is in once a run has ended: pure; docs/run-states.md shows it as a table. */
export function environmentStateAfter(
  kind: RunKind,
  ended: RunState,
  before: EnvironmentState,
): EnvironmentState {
  const changes = kind === 'provision' || kind === 'reset' || kind === 'destroy';
  if (!changes && kind !== 'verify' && kind !== 'repair') return before;
  if (ended === 'succeeded') return kind === 'destroy' ? 'destroyed' : 'ready';
  if (ended === 'cancelled') return changes ? 'cancelled' : before;
  if (ended === 'failed' || ended === 'broke' || ended === 'unknown') return ended;
  return before;
}
