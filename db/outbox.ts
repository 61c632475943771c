import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import { runOfBoard } from './boards.ts';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { outbox, runs } from './schema.ts';

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

/**
 * Persists what must be said; returns its id. A board that waits to be sent, also one that is tried again, is replaced by the
 * newer one, whose place in the channel is the older one's.
 */
export async function putMessage(tx: Queryable, message: NewMessage): Promise<number> {
  if (message.board !== null) {
    const [replaced] = await tx
      .update(outbox)
      .set({
        message: message.message,
        edition: sql`${outbox.edition} + 1`,
        createdAt: sql`now()`,
      })
      .where(
        and(
          eq(outbox.state, 'pending'),
          eq(outbox.board, message.board),
          eq(outbox.channel, message.channel),
        ),
      )
      .returning({ id: outbox.id });
    if (replaced) return replaced.id;
  }
  const [added] = await tx
    .insert(outbox)
    .values({ ...message, urgency: message.board === null ? 0 : 1 })
    .returning({ id: outbox.id });
  await notify(tx, CHANNELS.outbox, message.adapter);
  return (added as { id: number }).id;
}

/** The urgency of what is kept for somebody who is away; posts have 0, boards 1. */
const KEPT = 2;

/** A message that nothing stands before. */
export interface OutboxHead {
  readonly id: number;
  readonly channel: string;
  /** The board that it changes in place, whose changes stand in a line of their own; null: it is a new post. */
  readonly changes: string | null;
  /** Whom it is kept for (`markKept`), in a line of its own; null: it is not kept. */
  readonly person: string | null;
  /** The least number, and so the most urgent, of it and what waits behind it. */
  readonly urgency: number;
  readonly nextAttemptAt: Date;
  /** When it was put, or replaced the last time. */
  readonly createdAt: Date;
}

/**
 * The first message of each line of the adapter: new posts of a channel are one line, changes of one board another, so that
 * nothing waits for a change; what is kept for one person another, so that it holds up nobody who has that place meanwhile. Its
 * time may be yet to come.
 */
export async function pendingHeads(db: Queryable, adapter: string): Promise<OutboxHead[]> {
  const { rows } = await db.execute<{
    id: string;
    channel: string;
    changes: string | null;
    person: string | null;
    urgency: number;
    next_attempt_at: string | Date;
    created_at: string | Date;
  }>(sql`
    select distinct on (channel, changes, person) id, channel, changes, person, next_attempt_at, created_at,
      min(urgency) over (partition by channel, changes, person) as urgency
    from (
      select o.id, o.channel, o.urgency, o.next_attempt_at, o.created_at, b.board as changes,
        case when o.urgency = ${KEPT} then o.message->>'onlyFor' end as person
      from outbox o left join boards b on b.board = o.board and b.channel = o.channel
      where o.adapter = ${adapter} and o.state = 'pending'
    ) as waiting
    order by channel, changes, person, id`);
  return rows.map((row) => ({
    id: Number(row.id),
    channel: row.channel,
    changes: row.changes,
    person: row.person,
    urgency: row.urgency,
    nextAttemptAt: new Date(row.next_attempt_at),
    createdAt: new Date(row.created_at),
  }));
}

/**
 * Counts an attempt, and gives the message as it is now; null when it is not to be sent any more. Where nothing `canEdit`, that is also so for the board
 * of a run that has ended meanwhile: it would say behind the outcome that the run goes on. And for a question that was answered: the answer is told by itself, but
 * to who waits for a reply and has none that is on record.
 */
export async function beginAttempt(
  tx: Queryable,
  id: number,
  { canEdit }: { readonly canEdit: boolean },
): Promise<OutboxRow | null> {
  if (!canEdit) {
    await tx
      .update(outbox)
      .set({ state: 'superseded' })
      .where(
        and(
          eq(outbox.id, id),
          eq(outbox.state, 'pending'),
          sql`${outbox.board} is not null`,
          sql`((${outbox.message}->>'kind' = 'question' and ${outbox.replyTo} is null) or exists (
            select 1 from ${runs} r where r.id = ${runOfBoard(outbox.board)} and r.ended_at is not null))`,
        ),
      );
  }
  const [row] = await tx
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1` })
    .where(and(eq(outbox.id, id), eq(outbox.state, 'pending')))
    .returning();
  return row ?? null;
}

/**
 * It is said; a newer message that has taken its place meanwhile waits on. Not so the answer to a question that stands there now and cannot
 * be changed: it is told by itself.
 */
export async function markSent(
  tx: Queryable,
  { id, edition }: OutboxRow,
  { canEdit }: { readonly canEdit: boolean },
): Promise<void> {
  const sent = await tx
    .update(outbox)
    .set({ state: 'sent', sentAt: sql`now()`, error: null })
    .where(and(eq(outbox.id, id), eq(outbox.edition, edition)))
    .returning({ id: outbox.id });
  if (sent.length > 0) return;
  await tx
    .update(outbox)
    .set({
      state: canEdit
        ? sql`${outbox.state}`
        : sql`case when ${outbox.message}->>'kind' = 'question' then 'sent' else ${outbox.state} end`,
      attempts: 0,
      nextAttemptAt: sql`now()`,
      error: null,
    })
    .where(eq(outbox.id, id));
}

/** It is to be tried again in so many ms. */
export async function markRetry(tx: Queryable, id: number, pauseMs: number, error: string): Promise<void> {
  await tx
    .update(outbox)
    .set({ nextAttemptAt: sql`now() + ${pauseMs} * interval '1 ms'`, error })
    .where(eq(outbox.id, id));
}

/** The one whom it is for is away: it is to be tried again in so many ms, and what comes after it need not wait. */
export async function markKept(tx: Queryable, id: number, pauseMs: number, error: string): Promise<void> {
  await markRetry(tx, id, pauseMs, error);
  await tx.update(outbox).set({ urgency: KEPT }).where(eq(outbox.id, id));
}

export async function markUndeliverable(tx: Queryable, id: number, error: string): Promise<void> {
  await tx.update(outbox).set({ state: 'undeliverable', error }).where(eq(outbox.id, id));
}

/**
 * How the run goes on need not be told any more, where nobody has tried to yet: its outcome is. One that was tried may stand there without our knowing:
 * it is tried again, which finds it, and then says that the run is over; where nothing can be changed, `beginAttempt` leaves it out.
 */
export async function supersede(tx: Queryable, board: string, channel: string): Promise<void> {
  await tx
    .update(outbox)
    .set({ state: 'superseded' })
    .where(
      and(
        eq(outbox.state, 'pending'),
        eq(outbox.attempts, 0),
        eq(outbox.board, board),
        eq(outbox.channel, channel),
        sql`not exists (select 1 from boards b where b.board = ${board} and b.channel = ${channel})`,
      ),
    );
}

/**
 * Questions about this, or about a part of it (`ask:3` → `ask:3:17`), that wait to be said and are answered: the answer takes their place. One that nobody
 * has tried to say, and that answers nobody's message, is left out. One that was tried may stand there without our knowing: like a board it is found, and
 * changed.
 */
export async function answerUnsaid(tx: Queryable, about: string, answer: object): Promise<void> {
  const asks = sql`${outbox.message}->>'asks'`;
  const isUnwanted = sql`${outbox.attempts} = 0 and ${outbox.replyTo} is null`;
  const onlyFor = sql`jsonb_strip_nulls(jsonb_build_object('onlyFor', ${outbox.message}->'onlyFor'))`;
  await tx
    .update(outbox)
    .set({
      state: sql`case when ${isUnwanted} then 'superseded' else ${outbox.state} end`,
      board: sql`${asks} || ':' || ${outbox.id}`,
      message: sql`${JSON.stringify(answer)}::jsonb || ${onlyFor}`,
      edition: sql`${outbox.edition} + 1`,
    })
    .where(
      and(eq(outbox.state, 'pending'), sql`(${asks} = ${about} or starts_with(${asks}, ${`${about}:`}))`),
    );
}

/** When a board was last said in a channel, sent or still waiting. */
export async function boardSaidAt(db: Queryable, board: string, channel: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: sql<Date | null>`max(${outbox.createdAt})`.mapWith(outbox.createdAt) })
    .from(outbox)
    .where(and(eq(outbox.board, board), eq(outbox.channel, channel)));
  return row?.at ?? null;
}

/** What a board was last made to say in a channel; undefined: nobody knows any more. */
export async function boardSaid(db: Queryable, board: string, channel: string): Promise<unknown> {
  const [row] = await db
    .select({ message: outbox.message })
    .from(outbox)
    .where(and(eq(outbox.board, board), eq(outbox.channel, channel)))
    .orderBy(desc(outbox.id))
    .limit(1);
  return row?.message;
}

/** Messages by adapter and state; those that wait are what is to be watched. */
export function countMessages(
  db: Queryable,
): Promise<{ adapter: string; waiting: number; oldestSeconds: number; undeliverable: number }[]> {
  return db
    .select({
      adapter: outbox.adapter,
      waiting: sql<number>`count(*) filter (where ${outbox.state} = 'pending')::int`,
      oldestSeconds: sql<number>`coalesce(extract(epoch from now() - min(${outbox.createdAt}) filter (where ${outbox.state} = 'pending')), 0)::float8`,
      undeliverable: sql<number>`count(*) filter (where ${outbox.state} = 'undeliverable')::int`,
    })
    .from(outbox)
    .where(inArray(outbox.state, ['pending', 'undeliverable']))
    .groupBy(outbox.adapter)
    .orderBy(asc(outbox.adapter));
}

/** Removes what was settled longer ago than so many seconds, some thousand at a time; returns how many. */
export async function purgeMessages(db: Queryable, seconds: number): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from outbox where id in (
      select id from outbox
      where created_at < now() - ${seconds} * interval '1 second' and state <> 'pending'
      order by created_at limit 5000)`);
  return rowCount ?? 0;
}
