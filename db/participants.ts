import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { participants, type SessionRole, sessions } from './schema/sessions.ts';
import { persons } from './schema.ts';

export type Participant = typeof participants.$inferSelect;

/** A participant by name. */
export interface NamedParticipant extends Participant {
  readonly name: string;
}

export async function participantOf(
  db: Queryable,
  sessionId: number,
  personId: number,
): Promise<Participant | null> {
  const [row] = await db
    .select()
    .from(participants)
    .where(and(eq(participants.sessionId, sessionId), eq(participants.personId, personId)));
  return row ?? null;
}

/** Who takes part now, first come first. */
export function participantsOf(db: Queryable, sessionId: number): Promise<NamedParticipant[]> {
  return namedParticipants(db)
    .where(
      and(
        eq(participants.sessionId, sessionId),
        isNull(participants.leftAt),
        sql`${participants.joinedAt} is not null`,
      ),
    )
    .orderBy(asc(participants.joinedAt), asc(participants.personId));
}

/** Who took part, at the end or at any time before. */
export function everybodyOf(db: Queryable, sessionId: number): Promise<NamedParticipant[]> {
  return namedParticipants(db)
    .where(and(eq(participants.sessionId, sessionId), sql`${participants.joinedAt} is not null`))
    .orderBy(asc(participants.joinedAt), asc(participants.personId));
}

function namedParticipants(db: Queryable) {
  return db
    .select({
      sessionId: participants.sessionId,
      personId: participants.personId,
      role: participants.role,
      organisation: participants.organisation,
      site: participants.site,
      joinedAt: participants.joinedAt,
      leftAt: participants.leftAt,
      name: persons.name,
    })
    .from(participants)
    .innerJoin(persons, eq(persons.id, participants.personId));
}

/**
 * Takes part, again or for the first time; what is not said of organisation and site stays as it was, or as the person said
 * it elsewhere. True if it did not take part before.
 */
export async function joinSession(
  tx: Queryable,
  sessionId: number,
  personId: number,
  given: { readonly organisation?: string | null; readonly site?: string | null } = {},
): Promise<{ readonly isNew: boolean; readonly participant: Participant }> {
  const before = await participantOf(tx, sessionId, personId);
  const [person] = await tx.select().from(persons).where(eq(persons.id, personId));
  const organisation = given.organisation ?? before?.organisation ?? person?.organisation ?? null;
  const site = given.site ?? before?.site ?? person?.site ?? null;
  const isNew = before?.joinedAt == null || before.leftAt !== null;
  const joinedAt = isNew ? new Date() : before.joinedAt;
  const values = { organisation, site, joinedAt, leftAt: null };
  const [row] = await tx
    .insert(participants)
    .values({ sessionId, personId, ...values })
    .onConflictDoUpdate({ target: [participants.sessionId, participants.personId], set: values })
    .returning();
  if (given.organisation || given.site) {
    await tx.update(persons).set({ organisation, site }).where(eq(persons.id, personId));
  }
  return { isNew, participant: row as Participant };
}

/** False if the person did not take part. */
export async function leaveSession(tx: Queryable, sessionId: number, personId: number): Promise<boolean> {
  const rows = await tx
    .update(participants)
    .set({ leftAt: sql`now()` })
    .where(
      and(
        eq(participants.sessionId, sessionId),
        eq(participants.personId, personId),
        isNull(participants.leftAt),
        sql`${participants.joinedAt} is not null`,
      ),
    )
    .returning({ personId: participants.personId });
  return rows.length > 0;
}

export async function setRole(
  tx: Queryable,
  sessionId: number,
  personId: number,
  role: SessionRole | null,
): Promise<void> {
  await tx
    .insert(participants)
    .values({ sessionId, personId, role })
    .onConflictDoUpdate({ target: [participants.sessionId, participants.personId], set: { role } });
}

/** The open sessions in which a person was made an observer, whether it takes part in them or not. */
export async function observedSessions(db: Queryable, personId: number): Promise<number[]> {
  const rows = await db
    .select({ sessionId: participants.sessionId })
    .from(participants)
    .innerJoin(sessions, eq(sessions.id, participants.sessionId))
    .where(
      and(eq(participants.personId, personId), eq(participants.role, 'observer'), isNull(sessions.endedAt)),
    );
  return rows.map(({ sessionId }) => sessionId);
}
