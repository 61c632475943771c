import { setTimeout as pause } from 'node:timers/promises';
import { purgeBoards } from '../db/boards.ts';
import type { Database } from '../db/client.ts';
import { purgeMessages } from '../db/outbox.ts';
import { purgeOutput } from '../db/output.ts';
import { purgeReceived } from '../db/received.ts';
import { DEFAULT_KEEP, type KeepConfig } from './config/types.ts';

export interface SweepOptions {
  readonly database: Database;
  readonly keep: KeepConfig | undefined;
  readonly log: (line: string) => void;
}

const EVERY_MS = 60 * 60_000;
/** Between two batches, so that nobody waits for the sweeping. */
const BREATH_MS = 50;
const DAY = 24 * 60 * 60;

/** Removes what is old, now and every hour: messages of the chats and the output of runs. What waits to be said stays. */
export function startSweep({ database, keep = DEFAULT_KEEP, log }: SweepOptions): { stop(): Promise<void> } {
  const over = new AbortController();
  const { signal } = over;

  async function all(purge: () => Promise<number>): Promise<number> {
    let removed = 0;
    for (let batch = -1; batch !== 0 && !signal.aborted; removed += batch) {
      batch = await purge();
      if (batch > 0) await pause(BREATH_MS, undefined, { signal }).catch(() => {});
    }
    return removed;
  }

  async function sweep(): Promise<void> {
    const { db } = database;
    const messages = keep.messageDays * DAY;
    const said = await all(() => purgeMessages(db, messages));
    const heard = await all(() => purgeReceived(db, messages));
    await all(() => purgeBoards(db, messages));
    const rows = await all(() => purgeOutput(db, keep.outputDays * DAY));
    if (said + heard > 0)
      log(`removed ${said + heard} messages of the chats older than ${keep.messageDays} days`);
    if (rows > 0) log(`removed the output of runs that ended more than ${keep.outputDays} days ago`);
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      await sweep().catch((error: Error) => log(`removing what is old failed: ${error.message}`));
      await pause(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  const running = loop();
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}
