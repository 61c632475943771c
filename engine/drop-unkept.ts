import type { Database } from '../db/client.ts';
import { HoldLost, type Run, type TaskRow } from '../db/runs.ts';
import { isKept } from '../db/snapshots.ts';
import type { Action } from './plan.ts';
import type { StepMachine } from './steps/step.ts';

/** A run that is about to end, and what reaches its machines. */
export interface AboutToEnd {
  readonly database: Database;
  readonly run: Run;
  readonly tasks: readonly TaskRow[];
  readonly machine: (nodeId: number) => Promise<StepMachine>;
  /** Rejects with HoldLost unless this process surely holds the run. */
  readonly checkHeld: () => Promise<void>;
  readonly log: (line: string) => void;
}

/**
 * Disks of some nodes are nothing to go back to: where a run has kept some and not come to a snapshot of all, its layers are taken away
 * again, with what a copy that was cut off has left. While the run is held: a retry keeps disks under the same name. What a pool cannot
 * take away is logged. Rejects with HoldLost.
 */
export async function dropUnkept(ending: AboutToEnd): Promise<void> {
  const { database, run, tasks, machine, checkHeld, log } = ending;
  if (!isUnkept(tasks)) return;
  const dropping = tasks.map(async ({ nodeId, action, attempt }) => {
    const { kind, layer } = action as Extract<Action, { kind: 'snapshot' }>;
    if (kind !== 'snapshot' || nodeId === null || attempt === 0) return;
    // It may have been kept, and something else have broken after that.
    if (await isKept(database.db, run.environmentId, layer)) return;
    const { node, provider } = await machine(nodeId);
    await provider.dropLayer(node.machine, layer, checkHeld).catch((error: Error) => {
      if (error instanceof HoldLost) throw error;
      log(`run ${run.id}: the disk of ${node.name}, kept as ${layer}, was not taken away: ${error.message}`);
    });
  });
  const failed = (await Promise.allSettled(dropping)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Whether these are the tasks of a run that was to keep something and has not. */
export function isUnkept(tasks: readonly Pick<TaskRow, 'action' | 'state'>[]): boolean {
  return tasks.some(({ action, state }) => (action as Action).kind === 'keep' && state !== 'done');
}
