import { asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { type Hold, HoldLost, type TaskRow, withSteps } from './runs.ts';
import { tasks } from './schema.ts';

/** Changes of the tasks of a held run. */

/**
 * Keeps the hold from being taken by anybody else until the transaction ends; throws {@link HoldLost} under an old
 * generation. Once for all that the transaction writes.
 */
export async function keepHold(tx: Queryable, hold: Hold): Promise<void> {
  const result = await tx.execute(
    sql`select 1 from runs where id = ${hold.runId} and hold_generation = ${hold.generation} for share`,
  );
  if (result.rows.length === 0) throw new HoldLost(hold);
}

/** What a driver changes of a task, as it is to be from now on. */
export type TaskProgress = Pick<
  TaskRow,
  'id' | 'state' | 'attempt' | 'exitCode' | 'detail' | 'startedAt' | 'endedAt' | 'notBefore'
>;

/** Brings tasks of the held run to these states, in one statement. Call after {@link keepHold}. */
export async function writeProgress(
  tx: Queryable,
  hold: Hold,
  changed: readonly TaskProgress[],
): Promise<void> {
  const column = <T>(pick: (task: TaskProgress) => T) => sql.param(changed.map(pick));
  await tx.execute(sql`
    update tasks set
      output_offset = case when c.attempt = tasks.attempt then output_offset else 0 end,
      state = c.state, attempt = c.attempt, exit_code = c.exit_code, detail = c.detail,
      started_at = c.started_at, ended_at = c.ended_at, not_before = c.not_before
    from unnest(
      ${column((task) => task.id)}::int[], ${column((task) => task.state)}::text[],
      ${column((task) => task.attempt)}::int[], ${column((task) => task.exitCode)}::int[],
      ${column((task) => task.detail)}::text[], ${column((task) => task.startedAt)}::timestamptz[],
      ${column((task) => task.endedAt)}::timestamptz[], ${column((task) => task.notBefore)}::timestamptz[]
    ) as c (id, state, attempt, exit_code, detail, started_at, ended_at, not_before)
    where tasks.id = c.id and tasks.run_id = ${hold.runId}`);
}

/** A run's tasks as they are, and nobody changes them until the transaction ends. */
export async function lockTasks(tx: Queryable, runId: number): Promise<TaskRow[]> {
  const rows = await tx
    .select()
    .from(tasks)
    .where(eq(tasks.runId, runId))
    .orderBy(asc(tasks.ordinal))
    .for('no key update');
  return withSteps(tx, runId, rows);
}

/** Changes one task of a run that nobody drives, or of which nobody knows what became: what people decide. */
export async function decideTask(
  tx: Queryable,
  id: number,
  change: Partial<Pick<TaskRow, 'state' | 'detail' | 'endedAt' | 'notBefore' | 'attemptsBefore'>>,
): Promise<void> {
  await tx.update(tasks).set(change).where(eq(tasks.id, id));
}
