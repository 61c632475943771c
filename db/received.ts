import { and, asc, desc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { identities, received } from './schema.ts';

export interface ReceivedMessage {
  readonly adapter: string;
  readonly messageId: string;
  readonly channel: string;
  readonly replyTo: string | null;
  /** Its first words. */
  readonly about: string;
  /** The account behind it, where the service vouches for one. */
  readonly identity?: string | null;
}

/** Notes that a message is being acted on; false when it was before: a redelivery. */
export async function noteReceived(db: Queryable, message: ReceivedMessage): Promise<boolean> {
  const rows = await db
    .insert(received)
    .values(message)
    .onConflictDoNothing()
    .returning({ messageId: received.messageId });
  return rows.length > 0;
}

/** Whether a message was acted on, or is being. */
export async function wasReceived(db: Queryable, adapter: string, messageId: string): Promise<boolean> {
  const rows = await db
    .select({ messageId: received.messageId })
    .from(received)
    .where(and(eq(received.adapter, adapter), eq(received.messageId, messageId)));
  return rows.length > 0;
}

/** Those of the messages that were acted on or refused, or are being acted on. */
export async function receivedOf(
  db: Queryable,
  adapter: string,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ messageId: received.messageId })
    .from(received)
    .where(and(eq(received.adapter, adapter), inArray(received.messageId, [...messageIds])));
  return new Set(rows.map(({ messageId }) => messageId));
}

/** Notes messages that are answered without being looked at; what was taken in before stays as it is. */
export async function noteRefused(db: Queryable, messages: readonly ReceivedMessage[]): Promise<void> {
  const rows = messages.map((message) => ({ ...message, answeredAt: sql`now()` }));
  await db.insert(received).values(rows).onConflictDoNothing();
}

/** Notes, in the transaction that persists the answer, that there is one; false when somebody else has answered. */
export async function noteAnswered(tx: Queryable, adapter: string, messageId: string): Promise<boolean> {
  const rows = await tx
    .update(received)
    .set({ answeredAt: sql`now()` })
    .where(and(eq(received.adapter, adapter), eq(received.messageId, messageId), isNull(received.answeredAt)))
    .returning({ messageId: received.messageId });
  return rows.length > 0;
}

/**
 * Messages of the adapter that came before that time and were never answered, oldest first. One that does not know its whole
 * name yet (`slack`, until it is connected to `slack:T1`) is meant with whatever follows.
 */
export function unanswered(db: Queryable, adapter: string, before: Date): Promise<ReceivedMessage[]> {
  return db
    .select({
      adapter: received.adapter,
      messageId: received.messageId,
      channel: received.channel,
      replyTo: received.replyTo,
      about: received.about,
      identity: received.identity,
    })
    .from(received)
    .where(
      and(
        or(eq(received.adapter, adapter), sql`starts_with(${received.adapter}, ${`${adapter}:`})`),
        isNull(received.answeredAt),
        lt(received.at, before),
      ),
    )
    .orderBy(asc(received.at));
}

/** Channels in which somebody spoke to the bot within the last day, at most 200, the latest first. */
export async function channelsHeard(db: Queryable, adapter: string): Promise<string[]> {
  const rows = await db
    .select({ channel: received.channel })
    .from(received)
    .where(and(eq(received.adapter, adapter), sql`${received.at} > now() - interval '1 day'`))
    .groupBy(received.channel)
    .orderBy(sql`max(${received.at}) desc`)
    .limit(200);
  return rows.map(({ channel }) => channel);
}

/** Where a person spoke to the bot last, by whatever account, as long as that is remembered; null: nobody knows. */
export async function spokeLastIn(db: Queryable, personId: number): Promise<string | null> {
  const accounts = db
    .select({ identity: identities.identity })
    .from(identities)
    .where(eq(identities.personId, personId));
  const [row] = await db
    .select({ channel: received.channel })
    .from(received)
    .where(inArray(received.identity, accounts))
    .orderBy(desc(received.at))
    .limit(1);
  return row?.channel ?? null;
}

/** Forgets what came longer ago than so many seconds, some thousand at a time; returns how many. A redelivery comes sooner. */
export async function purgeReceived(db: Queryable, seconds: number): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from received where (adapter, message_id) in (
      select adapter, message_id from received
      where at < now() - ${seconds} * interval '1 second' order by at limit 5000)`);
  return rowCount ?? 0;
}
