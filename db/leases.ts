import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { handoffs, leaseQueue, leases } from './schema/leases.ts';
import { environments, events, persons } from './schema.ts';

export interface Lease {
  readonly personId: number;
  /** The holder's name. */
  readonly holder: string;
  readonly reason: string | null;
  readonly expiresAt: Date;
}

/** Who holds an environment, as it was last written down: its time may have run out since. */
export async function leaseOf(db: Queryable, environmentId: number): Promise<Lease | null> {
  const [row] = await db
    .select({
      personId: leases.personId,
      holder: persons.name,
      reason: leases.reason,
      expiresAt: leases.expiresAt,
    })
    .from(leases)
    .innerJoin(persons, eq(persons.id, leases.personId))
    .where(eq(leases.environmentId, environmentId));
  return row ?? null;
}

type LeaseRow = typeof leases.$inferSelect;
type QueueRow = typeof leaseQueue.$inferSelect;
type HandoffRow = typeof handoffs.$inferSelect;

/** All that is written down about who has an environment and who waits for it, first come first. */
export interface LeaseRows {
  readonly lease: Omit<LeaseRow, 'environmentId'> | null;
  readonly handoff: Omit<HandoffRow, 'environmentId' | 'since'> | null;
  readonly queue: readonly Omit<QueueRow, 'id' | 'environmentId'>[];
}

export async function leaseRows(db: Queryable, environmentId: number): Promise<LeaseRows> {
  const [lease] = await db.select().from(leases).where(eq(leases.environmentId, environmentId));
  const [handoff] = await db.select().from(handoffs).where(eq(handoffs.environmentId, environmentId));
  const queue = await db
    .select()
    .from(leaseQueue)
    .where(eq(leaseQueue.environmentId, environmentId))
    .orderBy(asc(leaseQueue.id));
  return { lease: lease ?? null, handoff: handoff ?? null, queue };
}

/** Writes the rows anew; the caller has locked the environment. */
export async function replaceLeaseRows(
  tx: Queryable,
  environmentId: number,
  { lease, handoff, queue }: LeaseRows,
): Promise<void> {
  await tx.delete(leaseQueue).where(eq(leaseQueue.environmentId, environmentId));
  await tx.delete(handoffs).where(eq(handoffs.environmentId, environmentId));
  await tx.delete(leases).where(eq(leases.environmentId, environmentId));
  if (lease) await tx.insert(leases).values({ ...lease, environmentId });
  if (handoff) await tx.insert(handoffs).values({ ...handoff, environmentId });
  if (queue.length > 0) {
    await tx.insert(leaseQueue).values(queue.map((row) => ({ ...row, environmentId })));
  }
}

/** The environments that somebody holds or waits for, by name. */
export function leasedEnvironments(
  db: Queryable,
): Promise<{ id: number; name: string; isDestroyed: boolean }[]> {
  const held = sql`exists (select 1 from ${leases} where ${leases.environmentId} = ${environments.id})`;
  const waitedFor = sql`exists (select 1 from ${leaseQueue} where ${leaseQueue.environmentId} = ${environments.id})`;
  return db
    .select({
      id: environments.id,
      name: environments.name,
      isDestroyed: sql<boolean>`${environments.destroyedAt} is not null`,
    })
    .from(environments)
    .where(sql`${held} or ${waitedFor}`)
    .orderBy(asc(environments.name));
}

/** Somebody who had or waited for an environment that is no more, and where it was asked. */
export interface HadOrWaited {
  readonly environmentId: number;
  readonly environment: string;
  readonly personId: number;
  readonly person: string;
  readonly sessionId: number | null;
  readonly channel: string;
}

/** Forgets who had and who wanted environments that are no more; those who waited are in their order. */
export async function dropLeasesOfDestroyed(
  tx: Queryable,
): Promise<{ readonly had: readonly HadOrWaited[]; readonly waited: readonly HadOrWaited[] }> {
  const gone = tx
    .select({ id: environments.id })
    .from(environments)
    .where(isNotNull(environments.destroyedAt));
  const waited = await tx
    .select({
      id: leaseQueue.id,
      environmentId: environments.id,
      environment: environments.name,
      personId: leaseQueue.personId,
      person: persons.name,
      sessionId: leaseQueue.sessionId,
      channel: leaseQueue.channel,
    })
    .from(leaseQueue)
    .innerJoin(environments, eq(environments.id, leaseQueue.environmentId))
    .innerJoin(persons, eq(persons.id, leaseQueue.personId))
    .where(isNotNull(environments.destroyedAt))
    .orderBy(asc(leaseQueue.id))
    .for('update', { of: leaseQueue });
  await tx.delete(leaseQueue).where(
    inArray(
      leaseQueue.id,
      waited.map(({ id }) => id),
    ),
  );
  const had = await tx
    .select({
      environmentId: environments.id,
      environment: environments.name,
      personId: leases.personId,
      person: persons.name,
      sessionId: leases.sessionId,
      channel: leases.channel,
    })
    .from(leases)
    .innerJoin(environments, eq(environments.id, leases.environmentId))
    .innerJoin(persons, eq(persons.id, leases.personId))
    .where(isNotNull(environments.destroyedAt))
    .orderBy(asc(environments.id))
    .for('update', { of: leases });
  await tx.delete(handoffs).where(inArray(handoffs.environmentId, gone));
  await tx.delete(leases).where(
    inArray(
      leases.environmentId,
      had.map(({ environmentId }) => environmentId),
    ),
  );
  return { had, waited: waited.map(({ id: _, ...each }) => each) };
}

/** What a person has to do with environments: holds, waits for, is offered. */
export interface Stake {
  readonly environmentId: number;
  readonly environment: string;
  readonly personId: number;
  readonly sessionId: number | null;
  readonly how: 'holds' | 'waits' | 'offered';
}

/** Everybody's stakes, or one person's. */
export async function stakes(db: Queryable, personId?: number): Promise<Stake[]> {
  const whose = <Column extends typeof leases.personId>(column: Column) =>
    personId === undefined ? undefined : eq(column, personId);
  const holds = await db
    .select({
      environmentId: environments.id,
      environment: environments.name,
      personId: leases.personId,
      sessionId: leases.sessionId,
    })
    .from(leases)
    .innerJoin(environments, eq(environments.id, leases.environmentId))
    .where(whose(leases.personId))
    .orderBy(asc(environments.name));
  const waits = await db
    .select({
      environmentId: environments.id,
      environment: environments.name,
      personId: leaseQueue.personId,
      sessionId: leaseQueue.sessionId,
    })
    .from(leaseQueue)
    .innerJoin(environments, eq(environments.id, leaseQueue.environmentId))
    .where(personId === undefined ? undefined : eq(leaseQueue.personId, personId))
    .orderBy(asc(environments.name), asc(leaseQueue.id));
  const offered = await db
    .select({
      environmentId: environments.id,
      environment: environments.name,
      personId: handoffs.toPersonId,
      sessionId: leases.sessionId,
    })
    .from(handoffs)
    .innerJoin(leases, eq(leases.environmentId, handoffs.environmentId))
    .innerJoin(environments, eq(environments.id, handoffs.environmentId))
    .where(and(personId === undefined ? undefined : eq(handoffs.toPersonId, personId)))
    .orderBy(asc(environments.name));
  return [
    ...holds.map((row) => ({ ...row, how: 'holds' as const })),
    ...waits.map((row) => ({ ...row, how: 'waits' as const })),
    ...offered.map((row) => ({ ...row, how: 'offered' as const })),
  ];
}

/** When this account last asked whoever has the environment to hand it over; ms since 1970, null: it never did. */
export async function lastAskedFor(
  db: Queryable,
  environmentId: number,
  identity: string,
): Promise<number | null> {
  const [row] = await db
    .select({ at: sql<number | null>`max((${events.data}->>'at')::float8)` })
    .from(events)
    .where(
      and(
        eq(events.environmentId, environmentId),
        eq(events.kind, 'lease.asked-for'),
        sql`${events.data}->>'other' = ${identity}`,
      ),
    );
  return row?.at ?? null;
}
