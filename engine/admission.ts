import { createHash } from 'node:crypto';
import type { Queryable } from '../db/client.ts';
import type { Environment } from '../db/environments.ts';
import type { Run } from '../db/runs.ts';
import type { RunKind } from '../db/schema.ts';
import type { Blueprint } from './blueprint/blueprint.ts';
import type { Action, PlannedTask } from './plan.ts';

/** What is about to be done to an environment, decided and planned; nothing is written yet that the world sees. */
export interface Proposal {
  readonly kind: RunKind | 'cancel' | 'retry' | 'resolve';
  /** Locked until the transaction ends. */
  readonly environment: Environment;
  /**
   * Of a run that is to be started: the blueprint that it freezes, and its tasks. Of one that is gone on with: the blueprint that
   * it froze, and the tasks that are left.
   */
  readonly start: { readonly blueprint: Blueprint; readonly tasks: readonly PlannedTask[] } | null;
  /** The run that is gone on with; absent: none is. */
  readonly repeats?: Run;
}

/**
 * Asked in the transaction that does it, so that what it finds holds when it is done: throws to prevent it. What it returns is
 * called last in that transaction.
 */
export type Admission = (tx: Queryable, proposal: Proposal) => Promise<(run: Run) => Promise<void>>;

/** SHA-256 (hex) of what would run where: the same as long as it is the same steps with the same contents on the same
 * nodes. */
export function digestOfPlan({ kind, environment, start, repeats }: Proposal): string {
  const tasks = (start?.tasks ?? []).map(({ step, node, action, needs }) => [
    step,
    node?.name ?? null,
    withoutFreshNames(action),
    needs,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([kind, environment.id, tasks, ...(repeats ? [repeats.id] : [])]))
    .digest('hex');
}

/** The layer that a snapshot is going to be kept in has a new name each time. */
function withoutFreshNames(action: Action): unknown {
  return action.kind === 'snapshot' || action.kind === 'keep' ? { ...action, layer: action.kind } : action;
}
