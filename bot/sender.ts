import { type Adapter, type MessageRef, SendError } from '../adapters/adapter.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import type { Database } from '../db/client.ts';
import { CHANNELS } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import {
  boardRef,
  dueMessages,
  markRetry,
  markSent,
  markUndeliverable,
  nextDue,
  noteAttempt,
  type OutboxRow,
  putBoardRef,
} from '../db/outbox.ts';

export interface SenderOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly adapter: Adapter;
  readonly log: (line: string) => void;
}

/** Posts what waits in the outbox for one adapter: in order per channel, retried until it is through. */
export interface Sender {
  stop(): Promise<void>;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** Looked at even when nothing rang: a notification may have been lost. */
const LOOK_EVERY_MS = 10_000;

export function startSender({ database, listener, adapter, log }: SenderOptions): Sender {
  let stopped = false;
  let wake: () => void = () => {};
  const ring = (payload: string) => {
    if (payload === adapter.name) wake();
  };
  const stops = [listener.on(CHANNELS.outbox, ring), listener.onReconnect(() => wake())];

  async function loop(): Promise<void> {
    while (!stopped) {
      let timer: NodeJS.Timeout | undefined;
      const woken = new Promise<void>((resolve) => {
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const pause = await sendDue().catch((error: Error) => {
        log(`${adapter.name}: reading the outbox failed, trying again: ${error.message}`);
        return FIRST_RETRY_MS;
      });
      if (pause <= 0) continue;
      timer = setTimeout(wake, pause);
      if (stopped) wake();
      await woken;
    }
  }

  /** Sends the head of every channel; returns the ms to wait before looking again, 0: at once. */
  async function sendDue(): Promise<number> {
    const due = await dueMessages(database.db, adapter.name);
    await Promise.all(due.map(sendOne));
    if (due.length > 0) return 0;
    const next = await nextDue(database.db, adapter.name);
    return next ? Math.min(LOOK_EVERY_MS, Math.max(50, next.getTime() - Date.now())) : LOOK_EVERY_MS;
  }

  async function sendOne(row: OutboxRow): Promise<void> {
    if (stopped) return;
    await noteAttempt(database.db, row.id);
    try {
      const ref = await deliver(row);
      await database.db.transaction(async (tx) => {
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
    return adapter.send(row.channel, message);
  }

  async function missed(row: OutboxRow, error: unknown): Promise<void> {
    const { message } = error as Error;
    if (error instanceof SendError && !error.retryable) {
      log(`${row.channel}: a message cannot be delivered: ${message}`);
      return markUndeliverable(database.db, row.id, message);
    }
    const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** row.attempts);
    const asked = error instanceof SendError ? error.retryAfter : undefined;
    const pause = asked ?? backoff * (0.75 + Math.random() / 2);
    return markRetry(database.db, row.id, new Date(Date.now() + pause), message);
  }

  const running = loop();
  return {
    async stop() {
      stopped = true;
      for (const stop of stops) stop();
      wake();
      await running;
    },
  };
}
