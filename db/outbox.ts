import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { boards, outbox } from './schema.ts';

export type OutboxRow = typeof outbox.$inferSelect;

export interface NewMessage {
  readonly adapter: string;
  readonly channel: string;
  /** Messages with one board key replace each other; null: a post of its own, never dropped. */
  readonly board: string | null;
  readonly message: unknown;
  /** What it answers, as the adapter named it. */
  readonly replyTo?: string | null;
}

/** Persists what must be said. A board that still waits to be sent is replaced by the newer one. */
export async function putMessage(tx: Queryable, message: NewMessage): Promise<void> {
  if (message.board !== null) {
    const replaced = await tx
      .update(outbox)
      .set({ message: message.message })
      .where(
        and(
          eq(outbox.state, 'pending'),
          eq(outbox.attempts, 0),
          eq(outbox.board, message.board),
          eq(outbox.channel, message.channel),
        ),
      )
      .returning({ id: outbox.id });
    if (replaced.length > 0) return;
  }
  await tx.insert(outbox).values(message);
  await notify(tx, CHANNELS.outbox, message.adapter);
}

/** The oldest message that each channel of the adapter waits for, oldest first; its time may be yet to come. */
export async function pendingHeads(db: Queryable, adapter: string): Promise<OutboxRow[]> {
  const heads = await db
    .selectDistinctOn([outbox.channel])
    .from(outbox)
    .where(and(eq(outbox.adapter, adapter), eq(outbox.state, 'pending')))
    .orderBy(outbox.channel, asc(outbox.id));
  return heads.sort((a, b) => a.id - b.id);
}

/** Marks a message as being sent, so that a newer board no longer replaces it under our hands. */
export async function noteAttempt(db: Queryable, id: number): Promise<void> {
  await db
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1` })
    .where(eq(outbox.id, id));
}

export async function markSent(tx: Queryable, id: number): Promise<void> {
  await tx.update(outbox).set({ state: 'sent', sentAt: new Date(), error: null }).where(eq(outbox.id, id));
}

export async function markRetry(db: Queryable, id: number, at: Date, error: string): Promise<void> {
  await db.update(outbox).set({ nextAttemptAt: at, error }).where(eq(outbox.id, id));
}

export async function markUndeliverable(db: Queryable, id: number, error: string): Promise<void> {
  await db.update(outbox).set({ state: 'undeliverable', error }).where(eq(outbox.id, id));
}

/** The posted message of a board, opaque to all but its adapter. */
export async function boardRef(db: Queryable, board: string, channel: string): Promise<unknown> {
  const row = await findBoard(db, board, channel);
  return row?.ref ?? null;
}

/** When a board was last said in a channel, sent or still waiting. */
export async function boardSaidAt(db: Queryable, board: string, channel: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: sql<Date | null>`max(${outbox.createdAt})`.mapWith(outbox.createdAt) })
    .from(outbox)
    .where(and(eq(outbox.board, board), eq(outbox.channel, channel)));
  return row?.at ?? null;
}

export async function putBoardRef(
  tx: Queryable,
  board: string,
  channel: string,
  ref: unknown,
): Promise<void> {
  await tx
    .insert(boards)
    .values({ board, channel, ref })
    .onConflictDoUpdate({ target: [boards.board, boards.channel], set: { ref, sentAt: sql`now()` } });
}

async function findBoard(db: Queryable, board: string, channel: string) {
  const [row] = await db
    .select()
    .from(boards)
    .where(and(eq(boards.board, board), eq(boards.channel, channel)));
  return row;
}
