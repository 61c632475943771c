import { CHANNELS } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';

/** Something that is done again whenever an event was appended, until `stop`. */
export interface Follower {
  /** Begins nothing more; resolves when what was begun is done. */
  stop(): Promise<void>;
}

/** A notification may have been lost. */
const TICK_MS = 2_000;

/** Does `look` now, after each event and every 2 s: one at a time, and once more for all that comes meanwhile. */
export function followEvents(
  listener: Listener,
  look: (isStopped: () => boolean) => Promise<void>,
  failed: (error: Error) => void,
): Follower {
  let looking: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  function wake(): void {
    if (stopped) return;
    again = looking !== null;
    if (looking) return;
    looking = look(() => stopped)
      .catch(failed)
      .finally(() => {
        looking = null;
        if (again) wake();
      });
  }

  const stops = [listener.on(CHANNELS.events, wake), listener.onReconnect(wake)];
  const timer = setInterval(wake, TICK_MS);
  wake();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const stop of stops) stop();
      await looking;
    },
  };
}
