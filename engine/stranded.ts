import type { Database } from '../db/client.ts';
import { environmentById } from '../db/environments.ts';
import {
  HoldLost,
  runById,
  type StrandedRun,
  strandedRuns,
  type TaskRow,
  takeHold,
  tasksOf,
} from '../db/runs.ts';
import { keepHold, writeProgress } from '../db/tasks.ts';
import { endRun } from './run-turns.ts';
import { taskEnded, taskSkipped } from './task-progress.ts';

export interface StrandedOptions {
  readonly database: Database;
  /** Names this worker in the database. */
  readonly name: string;
  readonly holdSeconds: number;
  /** Whether this process will serve the pool, which it is still making ready. */
  readonly willServe: (pool: string) => boolean;
  readonly log: (line: string) => void;
  /** How long a worker that could take such a run is waited for, in ms; a minute if not given. */
  readonly waitMs?: number;
}

/** Somebody who could take the run may just be starting again. */
const WAIT_MS = 60_000;
/** Who has not looked for so long, its database away, say, begins to wait anew: so do those who could take such a run. */
const GAP_MS = 10_000;

/**
 * Ends runs that nobody can drive: a comparison of environments on two pools that no worker has together, as labs of two hosts are,
 * would wait for ever. Only who has the pool of the run's own environment looks.
 */
export function createStranded(options: StrandedOptions) {
  const { database, name, holdSeconds, willServe, log, waitMs = WAIT_MS } = options;
  /** Since when each has been seen so, by `performance.now()`. */
  let since = new Map<number, number>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function end(run: StrandedRun): Promise<void> {
    const hold = await takeHold(database.db, run.id, name, holdSeconds);
    const row = hold && (await runById(database.db, run.id));
    // Somebody who has all of its pools came just now.
    if (!hold || !row) return;
    const tasks = await tasksOf(database.db, run.id);
    const changed = brokeBy(tasks, whyOf(run));
    await database.db.transaction(async (tx) => {
      await keepHold(tx, hold);
      await writeProgress(tx, hold, changed);
    });
    await endRun(database, hold, row, await environmentById(database.db, row.environmentId), tasks);
  }

  return {
    /** Looks at the runs of these pools, which are all that this process serves now. */
    async look(pools: readonly string[]): Promise<void> {
      const now = performance.now();
      const found = await strandedRuns(database.db, pools);
      if (now - lookedAt > GAP_MS) since.clear();
      lookedAt = now;
      since = new Map(found.map(({ id }) => [id, since.get(id) ?? now]));
      for (const run of found) {
        if (now - (since.get(run.id) ?? now) < waitMs || run.others.some(willServe)) continue;
        await end(run).catch((error: Error) => {
          if (!(error instanceof HoldLost)) log(`run ${run.id}: could not be ended: ${error.message}`);
        });
      }
    },
  };
}

const whyOf = ({ pool, others }: StrandedRun) =>
  `no worker serves the pools ${[pool, ...others].join(' and ')} together, so nobody can look at nodes of both: compare what was kept, ` +
  'a snapshot or the baseline, or let one worker have both pools';

/** The tasks that are not over, brought to an end: what was begun, or else the first of them, broke. */
function brokeBy(tasks: readonly TaskRow[], why: string): TaskRow[] {
  const open = tasks.filter(({ state }) => state === 'waiting' || state === 'running');
  const begun = open.filter(({ state }) => state === 'running');
  const broke = new Set(begun.length > 0 ? begun : open.slice(0, 1));
  return open.map((task) =>
    Object.assign(
      task,
      broke.has(task) ? taskEnded(task, { state: 'broke', detail: why }) : taskSkipped(task),
    ),
  );
}
