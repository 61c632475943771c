import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { todos, topicVotes } from './schema/day.ts';
import { approvalDecisions, approvals } from './schema/leases.ts';
import { linkCodes, participants } from './schema/sessions.ts';
import { environments } from './schema.ts';

/**
 * Two persons turned out to be one: what is agreed on now names `to` in place of `from`; where both have said something, what
 * `to` has said stays. History (runs, events, notes) goes on naming who it was then; `persons.merged_into` tells who that is.
 * Leases are changed by their rules.
 */
export async function mergeReferences(tx: Queryable, from: number, to: number): Promise<void> {
  await tx.update(environments).set({ createdBy: to }).where(eq(environments.createdBy, from));
  await tx.update(approvals).set({ personId: to }).where(eq(approvals.personId, from));
  await tx.update(linkCodes).set({ personId: to }).where(eq(linkCodes.personId, from));
  await tx.update(todos).set({ ownerId: to }).where(eq(todos.ownerId, from));
  await mergeDecisions(tx, from, to);
  await mergeTopicVotes(tx, from, to);
  await mergeParticipants(tx, from, to);
}

/** One human is one voice. */
async function mergeDecisions(tx: Queryable, from: number, to: number): Promise<void> {
  const said = tx
    .select({ id: approvalDecisions.approvalId })
    .from(approvalDecisions)
    .where(eq(approvalDecisions.personId, to));
  await tx
    .delete(approvalDecisions)
    .where(and(eq(approvalDecisions.personId, from), inArray(approvalDecisions.approvalId, said)));
  await tx.update(approvalDecisions).set({ personId: to }).where(eq(approvalDecisions.personId, from));
}

async function mergeTopicVotes(tx: Queryable, from: number, to: number): Promise<void> {
  const wanted = tx.select({ id: topicVotes.topicId }).from(topicVotes).where(eq(topicVotes.personId, to));
  await tx.delete(topicVotes).where(and(eq(topicVotes.personId, from), inArray(topicVotes.topicId, wanted)));
  await tx.update(topicVotes).set({ personId: to }).where(eq(topicVotes.personId, from));
}

/**
 * A role does not come along: it was granted to the other account, and a code typed by mistake must not hand it on. Being an
 * observer does, unless `to` was granted something: nobody gets rid of it by another account.
 */
async function mergeParticipants(tx: Queryable, from: number, to: number): Promise<void> {
  for (const row of await tx.select().from(participants).where(eq(participants.personId, from))) {
    const { sessionId, role, organisation, site, joinedAt, leftAt } = row;
    const [other] = await tx
      .select()
      .from(participants)
      .where(and(eq(participants.sessionId, sessionId), eq(participants.personId, to)));
    const isThere = joinedAt !== null && leftAt === null;
    const values = {
      role: other?.role ?? (role === 'observer' ? role : null),
      organisation: other?.organisation ?? organisation,
      site: other?.site ?? site,
      joinedAt: earlier(other?.joinedAt ?? null, joinedAt),
      leftAt: isThere ? null : other ? other.leftAt : leftAt,
    };
    await tx
      .insert(participants)
      .values({ sessionId, personId: to, ...values })
      .onConflictDoUpdate({ target: [participants.sessionId, participants.personId], set: values });
    await tx
      .delete(participants)
      .where(and(eq(participants.sessionId, sessionId), eq(participants.personId, from)));
  }
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** The roles that were granted to a person where it takes part, and that another person does not get by linking: all but observer. */
export async function grantedRoles(db: Queryable, personId: number): Promise<string[]> {
  const rows = await db
    .select({ role: participants.role })
    .from(participants)
    .where(and(eq(participants.personId, personId), isNull(participants.leftAt)));
  return rows.flatMap(({ role }) => (role === null || role === 'observer' ? [] : [role]));
}
