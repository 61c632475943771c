import { and, asc, count, eq, gte, inArray, lte } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { type ApprovalState, approvalDecisions, approvals } from './schema/leases.ts';
import { environments, persons } from './schema.ts';

export type Approval = typeof approvals.$inferSelect;

/** An approval with the names that people know it by. */
export interface NamedApproval extends Approval {
  readonly asker: string;
  readonly environment: string;
}

export interface SaidDecision {
  readonly personId: number;
  readonly name: string;
  readonly identity: string;
  readonly verdict: 'approve' | 'reject';
  readonly at: Date;
}

/** States in which people may still say something, or what was approved may still be started. */
const PENDING: ApprovalState[] = ['open', 'approved'];

export async function insertApproval(
  tx: Queryable,
  values: typeof approvals.$inferInsert,
): Promise<Approval> {
  const [row] = await tx.insert(approvals).values(values).returning();
  return row as Approval;
}

export async function approvalById(db: Queryable, id: number): Promise<NamedApproval | null> {
  const [row] = await named(db).where(eq(approvals.id, id));
  return row ? flat(row) : null;
}

/** Reads it and keeps everybody else from changing it until the transaction ends. */
export async function lockApproval(tx: Queryable, id: number): Promise<NamedApproval | null> {
  await tx.select({ id: approvals.id }).from(approvals).where(eq(approvals.id, id)).for('update');
  return approvalById(tx, id);
}

/** What waits for people's say, or was approved and not started: all, or what one person asked for; oldest first. */
export async function pendingApprovals(
  db: Queryable,
  of: { readonly personId?: number; readonly sessionId?: number } = {},
): Promise<NamedApproval[]> {
  const rows = await named(db)
    .where(
      and(
        inArray(approvals.state, PENDING),
        of.personId === undefined ? undefined : eq(approvals.personId, of.personId),
        of.sessionId === undefined ? undefined : eq(approvals.sessionId, of.sessionId),
      ),
    )
    .orderBy(asc(approvals.id));
  return rows.map(flat);
}

/** What a person has asked for on an environment and is not settled, locked. */
export async function lockPending(
  tx: Queryable,
  environmentId: number,
  personId: number,
): Promise<Approval[]> {
  return tx
    .select()
    .from(approvals)
    .where(
      and(
        eq(approvals.environmentId, environmentId),
        eq(approvals.personId, personId),
        inArray(approvals.state, PENDING),
      ),
    )
    .orderBy(asc(approvals.id))
    .for('update');
}

/** How often a person has asked for others' agreement since then. */
export async function countAsked(db: Queryable, personId: number, since: Date): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(approvals)
    .where(and(eq(approvals.personId, personId), gte(approvals.askedAt, since)));
  return row?.n ?? 0;
}

/** What nobody settled in time, locked. */
export function lockExpired(tx: Queryable, now: Date): Promise<Approval[]> {
  return tx
    .select()
    .from(approvals)
    .where(and(inArray(approvals.state, PENDING), lte(approvals.expiresAt, now)))
    .orderBy(asc(approvals.id))
    .for('update');
}

export async function setApprovalState(
  tx: Queryable,
  id: number,
  state: ApprovalState,
  now: Date,
): Promise<void> {
  const settledAt = PENDING.includes(state) ? null : now;
  await tx.update(approvals).set({ state, settledAt }).where(eq(approvals.id, id));
}

/** One say per person: a later one replaces it. */
export async function putDecision(
  tx: Queryable,
  decision: typeof approvalDecisions.$inferInsert,
): Promise<void> {
  const { identity, channel, verdict, at } = decision;
  await tx
    .insert(approvalDecisions)
    .values(decision)
    .onConflictDoUpdate({
      target: [approvalDecisions.approvalId, approvalDecisions.personId],
      set: { identity, channel, verdict, at },
    });
}

/** What people have said, first said first. */
export function decisionsOf(db: Queryable, approvalId: number): Promise<SaidDecision[]> {
  return db
    .select({
      personId: approvalDecisions.personId,
      name: persons.name,
      identity: approvalDecisions.identity,
      verdict: approvalDecisions.verdict,
      at: approvalDecisions.at,
    })
    .from(approvalDecisions)
    .innerJoin(persons, eq(persons.id, approvalDecisions.personId))
    .where(eq(approvalDecisions.approvalId, approvalId))
    .orderBy(asc(approvalDecisions.at), asc(approvalDecisions.personId));
}

function named(db: Queryable) {
  return db
    .select({ approval: approvals, asker: persons.name, environment: environments.name })
    .from(approvals)
    .innerJoin(persons, eq(persons.id, approvals.personId))
    .innerJoin(environments, eq(environments.id, approvals.environmentId));
}

function flat(row: { approval: Approval; asker: string; environment: string }): NamedApproval {
  return { ...row.approval, asker: row.asker, environment: row.environment };
}
