import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import {
  channelSettings,
  type Lane,
  participants,
  sessionChannels,
  sessions,
  type Verbosity,
} from './schema/sessions.ts';
import { persons } from './schema.ts';

export type Session = typeof sessions.$inferSelect;

/** A channel of a session, with how much people want to be told there. */
export interface LinkedChannel {
  readonly channel: string;
  readonly lane: Lane;
  readonly verbosity: Verbosity;
}

/** The open session that a channel is linked to. */
export async function sessionOfChannel(db: Queryable, channel: string): Promise<Session | null> {
  const [row] = await db
    .select({ session: sessions })
    .from(sessionChannels)
    .innerJoin(sessions, eq(sessions.id, sessionChannels.sessionId))
    .where(and(eq(sessionChannels.channel, channel), isNull(sessionChannels.unlinkedAt)));
  return row?.session ?? null;
}

/** The session that a channel was linked to last, open or not: what `report` is about when the day is over. */
export async function lastSessionOfChannel(db: Queryable, channel: string): Promise<Session | null> {
  const [row] = await db
    .select({ session: sessions })
    .from(sessionChannels)
    .innerJoin(sessions, eq(sessions.id, sessionChannels.sessionId))
    .where(eq(sessionChannels.channel, channel))
    .orderBy(desc(sessionChannels.id))
    .limit(1);
  return row?.session ?? null;
}

/** The open sessions that a person takes part in: where it speaks outside of their channels. */
export async function sessionsOfPerson(db: Queryable, personId: number): Promise<Session[]> {
  const rows = await db
    .select({ session: sessions })
    .from(participants)
    .innerJoin(sessions, eq(sessions.id, participants.sessionId))
    .where(
      and(
        eq(participants.personId, personId),
        isNull(sessions.endedAt),
        isNull(participants.leftAt),
        sql`${participants.joinedAt} is not null`,
      ),
    );
  return rows.map(({ session }) => session);
}

export async function openSessionNamed(db: Queryable, name: string): Promise<Session | null> {
  const [row] = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.name, name), isNull(sessions.endedAt)));
  return row ?? null;
}

export function openSessions(db: Queryable): Promise<Session[]> {
  return db.select().from(sessions).where(isNull(sessions.endedAt)).orderBy(asc(sessions.id));
}

export async function sessionById(db: Queryable, id: number): Promise<Session | null> {
  const [row] = await db.select().from(sessions).where(eq(sessions.id, id));
  return row ?? null;
}

/** One change of sessions and their channels at a time; held until the transaction ends. */
export async function lockSessions(tx: Queryable): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('sessions', 0))`);
}

export async function insertSession(tx: Queryable, name: string, startedBy: number | null): Promise<Session> {
  const [row] = await tx.insert(sessions).values({ name, startedBy }).returning();
  return row as Session;
}

/** Ends a session and lets go of its channels. */
export async function endSession(tx: Queryable, id: number, endedBy: number | null): Promise<void> {
  const now = sql`now()`;
  await tx.update(sessions).set({ endedAt: now, endedBy }).where(eq(sessions.id, id));
  await tx
    .update(sessionChannels)
    .set({ unlinkedAt: now })
    .where(and(eq(sessionChannels.sessionId, id), isNull(sessionChannels.unlinkedAt)));
}

/** The channels that a session had when it ended. */
export async function channelsAtEnd(db: Queryable, sessionId: number): Promise<string[]> {
  const rows = await db
    .select({ channel: sessionChannels.channel })
    .from(sessionChannels)
    .innerJoin(sessions, eq(sessions.id, sessionChannels.sessionId))
    .where(and(eq(sessionChannels.sessionId, sessionId), eq(sessionChannels.unlinkedAt, sessions.endedAt)))
    .orderBy(asc(sessionChannels.id));
  return rows.map(({ channel }) => channel);
}

/** Links a channel to a session, and takes it away from the one that it was linked to. */
export async function linkChannel(
  tx: Queryable,
  link: { sessionId: number; channel: string; lane: Lane; linkedBy: number | null },
): Promise<void> {
  await unlinkChannel(tx, link.channel);
  await tx.insert(sessionChannels).values(link);
}

export async function unlinkChannel(tx: Queryable, channel: string): Promise<void> {
  await tx
    .update(sessionChannels)
    .set({ unlinkedAt: sql`now()` })
    .where(and(eq(sessionChannels.channel, channel), isNull(sessionChannels.unlinkedAt)));
}

/** The channels of an open session, first linked first. */
export async function channelsOf(db: Queryable, sessionId: number): Promise<LinkedChannel[]> {
  const rows = await db
    .select({
      channel: sessionChannels.channel,
      lane: sessionChannels.lane,
      verbosity: channelSettings.verbosity,
    })
    .from(sessionChannels)
    .leftJoin(channelSettings, eq(channelSettings.channel, sessionChannels.channel))
    .where(and(eq(sessionChannels.sessionId, sessionId), isNull(sessionChannels.unlinkedAt)))
    .orderBy(asc(sessionChannels.id));
  return rows.map((row) => ({ ...row, verbosity: row.verbosity ?? 'normal' }));
}

/** Who linked a channel to its session, by name; null: it is linked to none, or nobody knows. */
export async function linkerOf(db: Queryable, channel: string): Promise<string | null> {
  const [row] = await db
    .select({ name: persons.name })
    .from(sessionChannels)
    .innerJoin(persons, eq(persons.id, sessionChannels.linkedBy))
    .where(and(eq(sessionChannels.channel, channel), isNull(sessionChannels.unlinkedAt)));
  return row?.name ?? null;
}

/** Every channel that ever belonged to a session: for its report. */
export async function everyChannelOf(db: Queryable, sessionId: number): Promise<string[]> {
  const rows = await db
    .selectDistinctOn([sessionChannels.channel], { channel: sessionChannels.channel })
    .from(sessionChannels)
    .where(eq(sessionChannels.sessionId, sessionId));
  return rows.map(({ channel }) => channel);
}

/** The lane of a linked channel; null: it is linked to no session. */
export async function laneOf(db: Queryable, channel: string): Promise<Lane | null> {
  const [row] = await db
    .select({ lane: sessionChannels.lane })
    .from(sessionChannels)
    .where(and(eq(sessionChannels.channel, channel), isNull(sessionChannels.unlinkedAt)));
  return row?.lane ?? null;
}

export async function verbosityOf(db: Queryable, channel: string): Promise<Verbosity> {
  const [row] = await db.select().from(channelSettings).where(eq(channelSettings.channel, channel));
  return row?.verbosity ?? 'normal';
}

export async function setVerbosity(tx: Queryable, channel: string, verbosity: Verbosity): Promise<void> {
  await tx
    .insert(channelSettings)
    .values({ channel, verbosity })
    .onConflictDoUpdate({
      target: channelSettings.channel,
      set: { verbosity, changedAt: sql`now()` },
    });
}
