import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { nextNumber } from './numbers.ts';
import { ballots, votes } from './schema/day.ts';
import { sessions } from './schema/sessions.ts';
import { identities, persons } from './schema.ts';

export type VoteRow = typeof votes.$inferSelect;
export type BallotRow = typeof ballots.$inferSelect;

export interface VoteView extends VoteRow {
  readonly askedBy: string;
}

/** The votes of a session, in the order of their numbers. */
export async function votesOf(db: Queryable, sessionId: number): Promise<VoteView[]> {
  const rows = await db
    .select({ vote: votes, askedBy: persons.name })
    .from(votes)
    .innerJoin(persons, eq(persons.id, votes.personId))
    .where(eq(votes.sessionId, sessionId))
    .orderBy(asc(votes.number));
  return rows.map(({ vote, askedBy }) => ({ ...vote, askedBy }));
}

export async function findVote(db: Queryable, sessionId: number, number: number): Promise<VoteRow | null> {
  const [row] = await db
    .select()
    .from(votes)
    .where(and(eq(votes.sessionId, sessionId), eq(votes.number, number)));
  return row ?? null;
}

/** A vote that nobody else changes, closes or votes in until the transaction ends; `isDue`: its deadline has passed. */
export async function lockVote(
  tx: Queryable,
  sessionId: number,
  number: number,
): Promise<{ readonly vote: VoteRow; readonly isDue: boolean } | null> {
  const [row] = await tx
    .select({ vote: votes, isDue: sql<boolean>`${votes.closesAt} <= clock_timestamp()` })
    .from(votes)
    .where(and(eq(votes.sessionId, sessionId), eq(votes.number, number)))
    .for('update');
  return row ?? null;
}

/** Opens a vote for so many ms from now on. Call under `lockNumbers`. */
export async function insertVote(
  tx: Queryable,
  vote: Pick<VoteRow, 'sessionId' | 'question' | 'options' | 'personId'>,
  openMs: number,
): Promise<VoteRow> {
  const number = await nextNumber(tx, votes, vote.sessionId);
  const closesAt = sql`clock_timestamp() + ${openMs} * interval '1 millisecond'`;
  const [row] = await tx
    .insert(votes)
    .values({ ...vote, number, closesAt })
    .returning();
  return row as VoteRow;
}

export function ballotsOf(db: Queryable, voteIds: readonly number[]): Promise<BallotRow[]> {
  if (voteIds.length === 0) return Promise.resolve([]);
  return db
    .select()
    .from(ballots)
    .where(inArray(ballots.voteId, [...voteIds]))
    .orderBy(asc(ballots.at), asc(ballots.id));
}

/** The ballots of a vote are these from now on; under the vote's lock. */
export async function replaceBallots(
  tx: Queryable,
  replaced: readonly number[],
  ballot: Omit<BallotRow, 'id'>,
): Promise<void> {
  if (replaced.length > 0) await tx.delete(ballots).where(inArray(ballots.id, [...replaced]));
  await tx.insert(ballots).values(ballot);
}

/** All accounts of the persons who have any of these accounts now, by person. */
export async function accountsBeside(
  db: Queryable,
  among: readonly string[],
): Promise<ReadonlyMap<number, string[]>> {
  const byPerson = new Map<number, string[]>();
  if (among.length === 0) return byPerson;
  const theirs = db
    .select({ id: identities.personId })
    .from(identities)
    .where(inArray(identities.identity, [...among]));
  const rows = await db
    .select({ identity: identities.identity, personId: identities.personId })
    .from(identities)
    .where(inArray(identities.personId, theirs));
  for (const { identity, personId } of rows) {
    byPerson.set(personId, [...(byPerson.get(personId) ?? []), identity]);
  }
  return byPerson;
}

/** Votes whose deadline has passed, or whose session has ended, and that nobody has closed; held until the transaction ends. */
export function lockDueVotes(tx: Queryable, limit: number): Promise<VoteRow[]> {
  return tx
    .select()
    .from(votes)
    .where(
      and(
        isNull(votes.closedAt),
        sql`(${votes.closesAt} <= clock_timestamp() or exists (
          select from ${sessions} where ${sessions.id} = ${votes.sessionId} and ${sessions.endedAt} is not null))`,
      ),
    )
    .orderBy(asc(votes.closesAt))
    .limit(limit)
    .for('update', { skipLocked: true });
}

export async function closeVote(
  tx: Queryable,
  id: number,
  how: { readonly counts: number[] } | { readonly dropped: true },
): Promise<void> {
  await tx
    .update(votes)
    .set({ ...how, closedAt: sql`now()` })
    .where(eq(votes.id, id));
}
