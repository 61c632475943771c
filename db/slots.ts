import { eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { slotWaits } from './schema.ts';

/** The pool's load governor: how many slots of heavy tasks are in use, and which runs wait. Call under `lockPool`. */

/** Slots in use, by run; a task that wants more than `capacity` counts as that. */
export async function slotsInUse(
  tx: Queryable,
  pool: string,
  capacity: number,
): Promise<Map<number, number>> {
  const result = await tx.execute<{ run_id: number; slots: number }>(sql`
    select t.run_id, sum(least(s.slots, ${capacity}::int))::int as slots from tasks t
    join run_steps s on s.run_id = t.run_id and s.step = t.step and s.slots > 0
    join runs r on r.id = t.run_id and r.state = 'running'
    join environments e on e.id = r.environment_id and e.pool = ${pool}
    where t.state = 'running'
    group by t.run_id`);
  return new Map(result.rows.map((row) => [row.run_id, row.slots]));
}

/** A run that waits for slots. */
export interface SlotWaiter {
  readonly runId: number;
  readonly slots: number;
  readonly since: Date;
}

/**
 * Runs that wait for slots, as long as a worker drives them, and what time it is by the same clock, the database's: since when a run
 * would be waiting that begins to wait in this transaction. Workers' clocks differ, by hours where one is set wrong.
 */
export async function slotWaiters(
  tx: Queryable,
  pool: string,
): Promise<{ readonly now: Date; readonly waiting: SlotWaiter[] }> {
  type Row = { now: Date; run_id: number | null; slots: number; since: Date };
  const { rows } = await tx.execute<Row>(sql`
    select now() as now, w.run_id, w.slots, w.since from (values (1)) as one
    left join (slot_waits w join runs r on r.id = w.run_id and r.state = 'running' and r.hold_expires_at > now())
      on w.pool = ${pool}`);
  const waiting = rows.flatMap(({ run_id: runId, slots, since }) =>
    runId === null ? [] : [{ runId, slots, since: new Date(since) }],
  );
  return { now: new Date(rows[0]?.now ?? 0), waiting };
}

/** Notes that the run waits; when it did already, since when is kept. */
export async function waitForSlots(
  tx: Queryable,
  wait: { runId: number; pool: string; slots: number },
): Promise<void> {
  await tx
    .insert(slotWaits)
    .values(wait)
    .onConflictDoUpdate({ target: slotWaits.runId, set: { slots: wait.slots, pool: wait.pool } });
}

export async function stopWaitingForSlots(tx: Queryable, runId: number): Promise<void> {
  await tx.delete(slotWaits).where(eq(slotWaits.runId, runId));
}

/** Tells those who wait that slots of the pool have become free. */
export function announceSlots(tx: Queryable, pool: string): Promise<void> {
  return notify(tx, CHANNELS.slots, pool);
}
