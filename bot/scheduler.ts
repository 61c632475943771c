import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import { CHANNELS } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import { type Schedule, takeDueSchedules, untilNextSchedule } from '../db/schedules.ts';
import type { Engine } from '../engine/engine.ts';
import { Refusal } from '../engine/refusal.ts';
import { createBell } from './duty/bell.ts';
import { type HeldDuty, onDuty } from './duty/held.ts';

export interface SchedulerOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly engine: Engine;
  /** Of all processes only the one that has it starts what is due. */
  readonly duty: HeldDuty;
  readonly log: (line: string) => void;
}

/** Somebody else's clock may set one that is due sooner, and be missed. */
const LOOK_MS = 60_000;
const AFTER_TROUBLE_MS = 5_000;

/** Starts what schedules ask for when it is due. It says nothing: the notifier tells of drift. */
export function startScheduler({ database, listener, engine, duty, log }: SchedulerOptions) {
  const over = new AbortController();
  const bell = createBell(over.signal);
  const stops = [listener.on(CHANNELS.schedules, () => bell.ring()), listener.onReconnect(bell.ring)];

  async function serve(): Promise<void> {
    while (!over.signal.aborted) {
      bell.hush();
      try {
        for (const due of await onDuty(database, duty, takeDueSchedules)) await start(due);
        await bell.heard(Math.min((await untilNextSchedule(database.db)) ?? LOOK_MS, LOOK_MS));
      } catch (error) {
        log(`schedules: ${(error as Error).message}; trying again`);
        await pause(AFTER_TROUBLE_MS, undefined, { signal: over.signal }).catch(() => {});
      }
    }
  }

  async function start(due: Schedule & { readonly environment: string }): Promise<void> {
    try {
      await engine.lookForDrift(due.environment, {
        personId: null,
        display: `schedule (set by ${due.setBy})`,
        channel: due.channel,
        sessionId: due.sessionId,
        command: `verify ${due.environment}`,
        // Once per time that it is due, whoever starts it.
        cause: `schedule ${due.environmentId} ${due.nextAt.toISOString()}`,
      });
    } catch (error) {
      // Something else runs there: the next time will do. Whatever it is, others that are due must not miss theirs for it.
      const why = error instanceof Refusal ? error.message : (error as Error).stack;
      log(`schedule of ${due.environment}: not this time: ${why}`);
    }
  }

  const serving = serve();
  return {
    async stop(): Promise<void> {
      for (const each of stops) each();
      over.abort();
      await serving;
    },
  };
}
