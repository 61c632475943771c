import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { schedules } from './schema/schedules.ts';
import { environments } from './schema.ts';

export type Schedule = typeof schedules.$inferSelect;

export async function scheduleOf(db: Queryable, environmentId: number): Promise<Schedule | null> {
  const [row] = await db.select().from(schedules).where(eq(schedules.environmentId, environmentId));
  return row ?? null;
}

/** Sets an environment's schedule, in place of the one that it had. It begins an interval from now. */
export async function putSchedule(
  tx: Queryable,
  values: Pick<Schedule, 'environmentId' | 'everySeconds' | 'personId' | 'setBy' | 'channel' | 'sessionId'>,
): Promise<Schedule> {
  const nextAt = inSeconds(values.everySeconds);
  const [row] = await tx
    .insert(schedules)
    .values({ ...values, nextAt })
    .onConflictDoUpdate({ target: schedules.environmentId, set: { ...values, nextAt } })
    .returning();
  await notify(tx, CHANNELS.schedules, String(values.environmentId));
  return row as Schedule;
}

/** False: there was none. */
export async function dropSchedule(tx: Queryable, environmentId: number): Promise<boolean> {
  const rows = await tx
    .delete(schedules)
    .where(eq(schedules.environmentId, environmentId))
    .returning({ id: schedules.environmentId });
  return rows.length > 0;
}

/** How long until the next one is due, in ms; 0: one is. Null: there are none. */
export async function untilNextSchedule(db: Queryable): Promise<number | null> {
  const [row] = await db
    .select({ ms: sql<number | null>`(extract(epoch from min(${schedules.nextAt}) - now()) * 1000)::float8` })
    .from(schedules);
  return row?.ms == null ? null : Math.max(0, row.ms);
}

/**
 * Takes the schedules that are due: each is next due an interval from now, so that missed ones do not pile up, and whoever
 * else looks does not find it. Those of environments that are gone go.
 */
export async function takeDueSchedules(
  tx: Queryable,
): Promise<(Schedule & { readonly environment: string })[]> {
  await tx.execute(sql`
    delete from ${schedules} s using ${environments} e
    where e.id = s.environment_id and e.destroyed_at is not null`);
  const taken = await tx
    .update(schedules)
    .set({ nextAt: sql`now() + make_interval(secs => ${schedules.everySeconds})` })
    .where(lte(schedules.nextAt, sql`now()`))
    .returning();
  const names = await tx
    .select({ id: environments.id, name: environments.name })
    .from(environments)
    .where(and(isNull(environments.destroyedAt)))
    .orderBy(asc(environments.id));
  const byId = new Map(names.map(({ id, name }) => [id, name]));
  return taken.flatMap((row) => {
    const environment = byId.get(row.environmentId);
    return environment === undefined ? [] : [{ ...row, environment }];
  });
}

/** Notes how a scheduled run ended. */
export async function noteScheduledRun(
  tx: Queryable,
  environmentId: number,
  runId: number,
  drifting: boolean,
): Promise<void> {
  await tx
    .update(schedules)
    .set({ lastRunId: runId, lastAt: sql`now()`, drifting })
    .where(eq(schedules.environmentId, environmentId));
}

function inSeconds(seconds: number) {
  return sql<Date>`now() + make_interval(secs => ${seconds})`;
}
