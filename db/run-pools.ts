import { eq, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { environments, nodes, runs, tasks } from './schema.ts';

/** That a run's environment and every node that its tasks are for (a comparison has those of two) are of these pools. */
export function needsOnly(pools: readonly string[]): SQL {
  const served = sql`${sql.param(pools)}::text[]`;
  return sql`not exists (
    select 1 from ${environments} e where e.id = ${runs.environmentId} and e.pool <> all(${served})
    union all
    select 1 from ${tasks} t join ${nodes} n on n.id = t.node_id
    where t.run_id = ${runs.id} and n.pool <> all(${served}))`;
}

/** The pool of the run's environment; null: there is no such run. */
export async function poolOfRun(db: Queryable, runId: number): Promise<string | null> {
  const [row] = await db
    .select({ pool: environments.pool })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .where(eq(runs.id, runId));
  return row?.pool ?? null;
}
