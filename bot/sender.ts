import type { Adapter } from '../adapters/adapter.ts';
import { whenBack } from '../db/away.ts';
import type { Database } from '../db/client.ts';
import { DutyLost } from '../db/duties.ts';
import { CHANNELS } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import { beginAttempt, type OutboxHead, pendingHeads } from '../db/outbox.ts';
import { type HeldDuty, onDuty } from './duty/held.ts';
import { deliver, noteFate } from './sending/delivery.ts';
import { createPacer, lineOf } from './sending/pace.ts';

export interface SenderOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly adapter: Adapter;
  /** Of all processes only the one that has it sends; null: the service is this process's alone. */
  readonly duty: HeldDuty | null;
  /** Nothing more will come of the message with this id: it is said, or never will be. */
  readonly settled?: (message: number) => void;
  readonly log: (line: string) => void;
}

/**
 * Posts what waits in the outbox for one adapter, retried until it is through: in order per channel, the most urgent channels
 * first, at the pace that the service bears.
 */
export interface Sender {
  /** Begins nothing more; resolves when what is on its way has gone through or was given up by the adapter. */
  stop(): Promise<void>;
}

/** After trouble with the database. */
const AGAIN_MS = 1_000;
/** Looked at even when nothing rang: a notification may have been lost. */
const LOOK_EVERY_MS = 10_000;
/** Requests under way at a time, where we keep the pace; an adapter that does so itself knows best. */
const MOST_AT_ONCE = 16;

export function startSender({ database, listener, adapter, duty, settled, log }: SenderOptions): Sender {
  const { pace } = adapter.features;
  const pacer = createPacer(pace);
  const mostAtOnce = pace ? MOST_AT_ONCE : Number.POSITIVE_INFINITY;
  const ending = new AbortController();
  let stopped = false;
  let rung = false;
  let wake: () => void = () => {};
  /** Lines that a message of is on its way; the next one waits for it, other lines do not. */
  const sending = new Map<string, Promise<void>>();
  const ring = () => {
    rung = true;
    wake();
  };
  const stops = [
    listener.on(CHANNELS.outbox, (payload) => payload === adapter.name && ring()),
    listener.onReconnect(ring),
  ];

  async function loop(): Promise<void> {
    while (!stopped) {
      rung = false;
      const pause = await sendDue().catch((error: Error) => {
        log(`${adapter.name}: reading the outbox failed, trying again: ${error.message}`);
        return AGAIN_MS;
      });
      if (stopped || rung) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Begins to send what is due; returns the ms to wait before looking again. */
  async function sendDue(): Promise<number> {
    if (duty && !duty.isSure()) return AGAIN_MS;
    const heads = await pendingHeads(database.db, adapter.name);
    const now = Date.now();
    let pause = LOOK_EVERY_MS;
    for (const head of pacer.inOrder(heads)) {
      if (stopped || sending.size >= mostAtOnce) break;
      if (sending.has(lineOf(head))) continue;
      const wait = Math.max(head.nextAttemptAt.getTime() - now, pacer.wait(head, now));
      if (wait > 0) {
        pause = Math.min(pause, wait);
        continue;
      }
      pacer.charge(head, now);
      sending.set(lineOf(head), sendInTurn(head));
    }
    return pause;
  }

  async function sendInTurn(head: OutboxHead): Promise<void> {
    try {
      await sendOne(head.id);
    } catch (error) {
      // Everything else is for who has the duty now.
      if (error instanceof DutyLost) stopped = true;
      else log(`${head.channel}: what became of a message could not be noted: ${(error as Error).message}`);
    }
    sending.delete(lineOf(head));
    ring();
  }

  async function sendOne(id: number): Promise<void> {
    const row = await onDuty(database, duty, (tx) =>
      beginAttempt(tx, id, { canEdit: adapter.features.edit }),
    );
    // Time may have passed since then: this process may have been paused.
    if (!row) settled?.(id);
    if (!row || (duty && !duty.isSure())) return;
    const fate = await deliver(database.db, adapter, row);
    // Nobody but us knows that it was said.
    const note = () => onDuty(database, duty, (tx) => noteFate(tx, adapter, row, fate));
    const noted = await whenBack(note, ending.signal);
    if (noted.tell) log(noted.tell);
    if (noted.settled) settled?.(id);
  }

  const running = loop();
  return {
    async stop() {
      stopped = true;
      ending.abort();
      for (const stop of stops) stop();
      wake();
      await running;
      await Promise.all(sending.values());
    },
  };
}
