import { setTimeout as pause } from 'node:timers/promises';
import { type IrcConfig, IrcConfigError, type IrcTimes, type Log } from './config.ts';
import type { Ending } from './ending.ts';

/**
 * Connects again and again until `signal` is aborted. What a pause is after depends on how the connection ended: short ones after an
 * accident, minutes after a throttle, many minutes after a ban or a refused login; each kind doubles while it does not help.
 *
 * `live` lives through one connection. Rejects only when the very first one ends in what retrying cannot mend.
 */
export async function persist(
  config: IrcConfig,
  times: IrcTimes,
  log: Log,
  signal: AbortSignal,
  live: () => Promise<Ending>,
  failedOnce: () => void,
): Promise<void> {
  const name = `irc:${config.network}`;
  const counts = new Map<Ending['kind'], number>();
  let lastPause = 0;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const since = Date.now();
    const { error, kind } = await live();
    if (signal.aborted) return;
    if (attempt === 0 && error instanceof IrcConfigError) throw error;
    // A connection that outlived the pause before it shows that the pause helped.
    if (Date.now() - since > Math.max(times.backoffMax, lastPause)) counts.clear();
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    lastPause = pauseAfter(times, kind, count);
    const level = kind === 'dropped' || kind === 'throttled' ? 'warn' : 'error';
    log[level](`${name}: ${kind}: ${error.message}; connecting again in ${Math.ceil(lastPause / 1000)} s`);
    failedOnce();
    await pause(lastPause, undefined, { signal }).catch(() => {});
  }
}

/** Milliseconds; with some chance in it, so that many bots do not come back in step. */
export function pauseAfter(times: IrcTimes, kind: Ending['kind'], count: number): number {
  const doubled = (first: number, most: number): number => Math.min(most, first * 2 ** count);
  if (kind === 'dropped') return doubled(times.backoff, times.backoffMax) * (0.5 + Math.random() / 2);
  const first = kind === 'throttled' ? times.throttled : times.banned;
  return doubled(first, times.patience) * (1 + Math.random() / 10);
}
