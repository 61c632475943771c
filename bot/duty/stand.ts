import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../db/client.ts';
import { type Duty, dropDuty, type HeldBy } from '../../db/duties.ts';
import { CHANNELS } from '../../db/events.ts';
import type { Listener } from '../../db/listen.ts';
import { createBell } from './bell.ts';
import { type HeldDuty, holdDuty } from './held.ts';

/** What a process does under a duty, from getting it until `stop`. */
export interface DutyWork {
  /** Resolves when it goes on by itself; rejects when it cannot be done here. */
  readonly begun: Promise<void>;
  stop(): Promise<void>;
}

export interface StandOptions {
  readonly name: string;
  readonly database: Database;
  readonly listener: Listener;
  readonly log: (line: string) => void;
  /** Tries to take the duty. */
  readonly take: () => Promise<Duty | HeldBy>;
  readonly begin: (duty: HeldDuty) => DutyWork;
}

export interface Standing {
  /** Whether the first attempt got it; otherwise who has it. */
  readonly first: 'taken' | HeldBy;
  /** Ends the work and gives the duty back: another process takes it at once. */
  stop(): Promise<void>;
}

/** A duty of another process is looked at when it should have lapsed, but this often; one that is given back is heard of. */
const LOOK_MS = 2_000;
const SOONEST_LOOK_MS = 50;
/** What could not be begun, such as a chat that refuses the token, is tried again here after so long. */
const AGAIN_MS = 60_000;

/**
 * Does the work whenever the duty is this process's: takes it as soon as nobody else has it, ends the work when it is lost.
 * Resolves after the first attempt, when its work has begun; rejects, and stands for it no more, if that could not begin.
 */
export function standFor(options: StandOptions): Promise<Standing> {
  const { name, database, listener, log } = options;
  const over = new AbortController();
  const bell = createBell(over.signal);
  const stops = [
    listener.on(CHANNELS.duties, (dropped) => dropped === name && bell.ring()),
    listener.onReconnect(bell.ring),
  ];

  /** Does the work until the duty is lost or `stop` was called. Rejects when it could not begin. */
  async function serve(duty: Duty, asked: number, ready: () => void): Promise<void> {
    const { held, keep } = holdDuty(database, duty, asked, log);
    const failed = new AbortController();
    const kept = keep(AbortSignal.any([over.signal, failed.signal]));
    const work = options.begin(held);
    try {
      await Promise.race([work.begun, kept]);
      ready();
      if ((await kept) === 'lost') log(`${name}: another process has it, or may have it; letting go`);
    } finally {
      failed.abort();
      work.begun.catch(() => {});
      await work.stop().catch((error: Error) => log(`${name}: ${error.message}`));
      // With the database away, it runs out by itself.
      await dropDuty(database.db, duty).catch(() => {});
    }
  }

  return new Promise((resolve, reject) => {
    let isFirst = true;
    const standing = stand();

    async function stand(): Promise<void> {
      while (!over.signal.aborted) {
        bell.hush();
        const asked = performance.now();
        const got = await options.take().catch((error: Error) => error);
        if (got instanceof Error) {
          if (isFirst) return refuse(got);
          // The database is away, which its listener has told.
          await bell.heard(LOOK_MS);
        } else if ('heldBy' in got) {
          answer(got);
          const lapses = Math.max(got.lapsesInMs, 0) + SOONEST_LOOK_MS;
          await bell.heard(got.lapsesInMs > 0 ? Math.min(lapses, LOOK_MS) : LOOK_MS);
        } else {
          const failed = await serve(got, asked, () => answer('taken')).catch((error: Error) => error);
          if (failed && isFirst) return refuse(failed);
          if (failed) {
            log(`${name}: ${failed.message}`);
            await pause(AGAIN_MS, undefined, { signal: over.signal }).catch(() => {});
          }
        }
      }
    }

    function answer(first: Standing['first']): void {
      if (isFirst) resolve({ first, stop });
      else if (first === 'taken') log(`${name}: taken over`);
      isFirst = false;
    }

    function refuse(error: Error): void {
      for (const each of stops) each();
      reject(error);
    }

    async function stop(): Promise<void> {
      for (const each of stops) each();
      over.abort();
      await standing;
    }
  });
}
