import { type Adapter, type MessageRef, SendError } from '../adapters/adapter.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import type { Database } from '../db/client.ts';
import { DutyLost } from '../db/duties.ts';
import { CHANNELS } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import {
  boardRef,
  markRetry,
  markSent,
  markUndeliverable,
  noteAttempt,
  type OutboxRow,
  pendingHeads,
  putBoardRef,
} from '../db/outbox.ts';
import { type HeldDuty, onDuty } from './duty/held.ts';

export interface SenderOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly adapter: Adapter;
  /** Of all processes only the one that has it sends; null: the service is this process's alone. */
  readonly duty: HeldDuty | null;
  readonly log: (line: string) => void;
}

/** Posts what waits in the outbox for one adapter: in order per channel, retried until it is through. */
export interface Sender {
  /** Begins nothing more; resolves when what is on its way has gone through or was given up by the adapter. */
  stop(): Promise<void>;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** Looked at even when nothing rang: a notification may have been lost. */
const LOOK_EVERY_MS = 10_000;

export function startSender({ database, listener, adapter, duty, log }: SenderOptions): Sender {
  let stopped = false;
  let wake: () => void = () => {};
  /** Channels that a message is on its way to; the next one waits for it, other channels do not. */
  const sending = new Map<string, Promise<void>>();
  const ring = (payload: string) => {
    if (payload === adapter.name) wake();
  };
  const stops = [listener.on(CHANNELS.outbox, ring), listener.onReconnect(() => wake())];

  async function loop(): Promise<void> {
    while (!stopped) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const pause = await sendDue().catch((error: Error) => {
        log(`${adapter.name}: reading the outbox failed, trying again: ${error.message}`);
        return FIRST_RETRY_MS;
      });
      const timer = setTimeout(wake, pause);
      if (stopped) wake();
      await woken;
      clearTimeout(timer);
    }
  }

  /** Begins to send what is due, a message per channel at a time; returns the ms to wait before looking again. */
  async function sendDue(): Promise<number> {
    if (duty && !duty.isSure()) return FIRST_RETRY_MS;
    const now = Date.now();
    const heads = await pendingHeads(database.db, adapter.name);
    let pause = LOOK_EVERY_MS;
    for (const row of heads) {
      if (stopped || sending.has(row.channel)) continue;
      const wait = row.nextAttemptAt.getTime() - now;
      if (wait > 0) pause = Math.min(pause, wait);
      else sending.set(row.channel, sendInTurn(row));
    }
    return pause;
  }

  async function sendInTurn(row: OutboxRow): Promise<void> {
    try {
      await sendOne(row);
    } catch (error) {
      // Everything else is for who has the duty now.
      if (error instanceof DutyLost) stopped = true;
      else log(`${row.channel}: what became of a message could not be noted: ${(error as Error).message}`);
    }
    sending.delete(row.channel);
    wake();
  }

  async function sendOne(row: OutboxRow): Promise<void> {
    await onDuty(database, duty, (tx) => noteAttempt(tx, row.id));
    // Time may have passed since then: this process may have been paused.
    if (duty && !duty.isSure()) return;
    try {
      const ref = await deliver(row);
      await onDuty(database, duty, async (tx) => {
        if (row.board !== null) await putBoardRef(tx, row.board, row.channel, ref);
        await markSent(tx, row.id);
      });
    } catch (error) {
      await missed(row, error);
    }
  }

  async function deliver(row: OutboxRow): Promise<MessageRef> {
    const message = row.message as OutgoingMessage;
    if (row.board !== null && adapter.features.edit) {
      const ref = (await boardRef(database.db, row.board, row.channel)) as MessageRef | null;
      if (ref) {
        await adapter.edit(ref, message);
        return ref;
      }
    }
    return adapter.send(row.channel, message, {
      key: `outbox-${row.id}`,
      ...(row.replyTo ? { replyTo: row.replyTo } : {}),
    });
  }

  async function missed(row: OutboxRow, error: unknown): Promise<void> {
    if (error instanceof DutyLost) throw error;
    const { message } = error as Error;
    if (error instanceof SendError && !error.retryable) {
      log(`${row.channel}: a message cannot be delivered: ${message}`);
      return onDuty(database, duty, (tx) => markUndeliverable(tx, row.id, message));
    }
    const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** row.attempts);
    const asked = error instanceof SendError ? error.retryAfter : undefined;
    const pause = asked ?? backoff * (0.75 + Math.random() / 2);
    const at = new Date(Date.now() + pause);
    return onDuty(database, duty, (tx) => markRetry(tx, row.id, at, message));
  }

  const running = loop();
  return {
    async stop() {
      stopped = true;
      for (const stop of stops) stop();
      wake();
      await running;
      await Promise.all(sending.values());
    },
  };
}
