import type { Database } from '../db/client.ts';
import { lockPool } from '../db/environments.ts';
import { appendEvent } from '../db/events.ts';
import type { Hold, TaskRow } from '../db/runs.ts';
import { announceSlots, slotsInUse, slotWaiters, stopWaitingForSlots, waitForSlots } from '../db/slots.ts';
import { keepHold, writeProgress } from '../db/tasks.ts';
import { mayTake } from './governor.ts';
import { taskBegun } from './task-progress.ts';

/** Heavy tasks that are ready and wait for slots of their pool's load governor. */
export interface HeavyStarts {
  readonly waiting: boolean;
  want(task: TaskRow): void;
  /**
   * Begins as many as the governor lets, in order; they are written down as running by then. Where none is wanted any more, nobody
   * else is kept waiting for the slots of those that were.
   */
  begin(): Promise<TaskRow[]>;
  /** Those that still wait are not wanted any more. */
  clear(): void;
  close(): void;
}

export interface HeavyStartsOptions {
  readonly database: Database;
  readonly hold: Hold;
  readonly environmentId: number;
  readonly pool: string;
  /** Slots that the pool has. */
  readonly capacity: number;
  /** It may be on record that the run waits: an earlier process has driven it. */
  readonly mayBeWaiting: boolean;
  /** Called when it is worth asking again. */
  readonly retry: () => void;
}

/** How long at most nobody asks again; normally a notification says when slots have become free. */
const ASK_AGAIN_MS = 2_000;

export function createHeavyStarts(options: HeavyStartsOptions): HeavyStarts {
  const { database, hold, environmentId, pool, capacity, retry } = options;
  const wanted: TaskRow[] = [];
  /** It may be on record that the run waits, and whoever comes after it leaves it its slots. */
  let isWaiting = options.mayBeWaiting;
  let again: NodeJS.Timeout | undefined;

  /** Counts, decides and writes in one critical section over all workers. */
  function tryToBegin(task: TaskRow): Promise<boolean> {
    return database.db.transaction(async (tx) => {
      await keepHold(tx, hold);
      await lockPool(tx, pool);
      const used = await slotsInUse(tx, pool, capacity);
      const { now, waiting } = await slotWaiters(tx, pool);
      const since = waiting.find(({ runId }) => runId === hold.runId)?.since ?? now;
      const { slots } = task;
      if (!mayTake({ runId: hold.runId, slots, since }, { capacity, used, waiting })) {
        await waitForSlots(tx, { runId: hold.runId, pool, slots });
        return false;
      }
      await stopWaitingForSlots(tx, hold.runId);
      await writeProgress(tx, hold, [taskBegun(task)]);
      await appendEvent(tx, {
        kind: 'tasks.changed',
        runId: hold.runId,
        environmentId,
        data: { running: 1 },
      });
      return true;
    });
  }

  async function withdraw(): Promise<void> {
    await database.db.transaction(async (tx) => {
      await keepHold(tx, hold);
      await stopWaitingForSlots(tx, hold.runId);
      await announceSlots(tx, pool);
    });
    isWaiting = false;
  }

  return {
    get waiting() {
      return wanted.length > 0;
    },
    want: (task) => void wanted.push(task),
    async begin() {
      clearTimeout(again);
      const begun: TaskRow[] = [];
      for (let task = wanted[0]; task; task = wanted[0]) {
        isWaiting = !(await tryToBegin(task));
        if (isWaiting) {
          again = setTimeout(retry, ASK_AGAIN_MS);
          break;
        }
        wanted.shift();
        begun.push(Object.assign(task, taskBegun(task)));
      }
      if (isWaiting && wanted.length === 0) await withdraw();
      return begun;
    },
    clear: () => void wanted.splice(0),
    close: () => clearTimeout(again),
  };
}
