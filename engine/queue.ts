import type { Database } from '../db/client.ts';
import { CHANNELS, notify } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';

/**
 * The doorbell for runs. It may lose or repeat a ring: PostgreSQL is the truth, and the sweeper finds every run that
 * nobody drives. `insertRun` rings by itself, in its transaction.
 */
export interface Queue {
  /** Rings again for a run that was found lying. */
  ring(runId: number): Promise<void>;
  /** Calls back for every ring; returns the way to stop. */
  onRing(callback: (runId: number) => void): () => void;
}

/** LISTEN/NOTIFY: nothing beside the database that is there anyway (docs/decisions/0002-queue.md). */
export function createNotifyQueue(database: Database, listener: Listener): Queue {
  return {
    ring: (runId) => notify(database.db, CHANNELS.runs, String(runId)),
    onRing: (callback) => listener.on(CHANNELS.runs, (payload) => callback(Number(payload))),
  };
}
