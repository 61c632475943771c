import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Queryable } from '../../db/client.ts';
import { type Duty, keepDuty, renewDuty } from '../../db/duties.ts';

/**
 * How long a duty lasts, renewed three times as often. Whoever is killed has had it for at most so long; with a look every
 * 2 s another process takes over within 11 s (docs/running-distributed.md).
 */
export const DUTY_SECONDS = 9;
const RENEW_MS = (DUTY_SECONDS * 1000) / 3;

/** A duty that this process has. */
export interface HeldDuty extends Duty {
  /** Nobody else can have it yet, by this process's own clock: one that was paused finds out by itself. */
  isSure(): boolean;
}

/** `since`: the time of `performance.now()` before it was taken or last renewed. */
export function holdDuty(database: Database, duty: Duty, since: number, log: (line: string) => void) {
  let until = since + DUTY_SECONDS * 1000;

  async function renew(): Promise<'renewed' | 'lost' | 'unknown'> {
    const asked = performance.now();
    // A database may be away without saying so.
    const patience = pause(Math.max(until - asked, RENEW_MS), 'unknown' as const, { ref: false });
    const renewed = renewDuty(database.db, duty, DUTY_SECONDS).catch((error: Error) => {
      log(`${duty.name}: the duty could not be renewed: ${error.message}`);
      return 'unknown' as const;
    });
    const answer = await Promise.race([renewed, patience]);
    if (answer === 'unknown') return answer;
    if (answer) until = asked + DUTY_SECONDS * 1000;
    return answer ? 'renewed' : 'lost';
  }

  const held: HeldDuty = { ...duty, isSure: () => performance.now() < until };
  return {
    held,
    /** Renews until nobody knows any more that it is ours, or until the signal. */
    async keep(signal: AbortSignal): Promise<'lost' | 'ended'> {
      for (;;) {
        await pause(RENEW_MS, undefined, { signal }).catch(() => {});
        if (signal.aborted) return 'ended';
        const now = await renew();
        if (now === 'lost' || (now === 'unknown' && !held.isSure())) return 'lost';
      }
    },
  };
}

/**
 * A transaction that commits only while the duty is ours; with none, just a transaction. Throws DutyLost, and nothing is
 * written.
 */
export function onDuty<T>(
  database: Database,
  duty: Duty | null,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  return database.db.transaction(async (tx) => {
    if (duty) await keepDuty(tx, duty);
    return work(tx);
  });
}
