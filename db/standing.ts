import { sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { leaseQueue, leases } from './schema/leases.ts';
import { ACTIVE_RUN_STATES, environments, persons, runs } from './schema.ts';

/** How an environment stands: who has it, who waits for it, and what goes on on it. */
export interface EnvironmentStanding {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly holder: { readonly name: string; readonly until: Date; readonly reason: string | null } | null;
  /** Names, first come first. */
  readonly waiting: readonly string[];
  /** The run that goes on; null: none does. */
  readonly runId: number | null;
}

/** Every environment that there is, by name. */
export async function environmentStandings(db: Queryable): Promise<EnvironmentStanding[]> {
  const { rows } = await db.execute<{
    id: number;
    name: string;
    state: string;
    holder: string | null;
    until: string | Date | null;
    reason: string | null;
    waiting: string[];
    run_id: number | null;
  }>(sql`
    select e.id, e.name, e.state, p.name as holder, l.expires_at as until, l.reason,
      array(select w.name from ${leaseQueue} q join ${persons} w on w.id = q.person_id
            where q.environment_id = e.id order by q.id) as waiting,
      (select max(r.id) from ${runs} r where r.environment_id = e.id
         and r.state in (${sql.join(
           [...ACTIVE_RUN_STATES].map((state) => sql`${state}`),
           sql`, `,
         )})) as run_id
    from ${environments} e
    left join ${leases} l on l.environment_id = e.id
    left join ${persons} p on p.id = l.person_id
    where e.destroyed_at is null
    order by e.name`);
  return rows.map(({ id, name, state, holder, until, reason, waiting, run_id }) => ({
    id,
    name,
    state,
    holder: holder === null || until === null ? null : { name: holder, until: new Date(until), reason },
    waiting,
    runId: run_id,
  }));
}
