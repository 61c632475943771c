import { eq } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { leases, persons } from './schema.ts';

export interface Lease {
  readonly personId: number;
  /** The holder's name. */
  readonly holder: string;
  readonly reason: string | null;
  readonly expiresAt: Date;
}

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
