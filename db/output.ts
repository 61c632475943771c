import { sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { type Hold, updateTask } from './runs.ts';

export interface OutputLine {
  readonly id: number;
  readonly node: string | null;
  readonly step: string;
  readonly at: Date;
  readonly text: string;
}

export interface OutputBatch {
  readonly taskId: number;
  readonly lines: readonly string[];
  /** Bytes of the node's output that are stored once these lines are. */
  readonly offset: number;
}

/** With a run's id: serialises the writing of its lines, so that a reader that has come to an id misses none before it. */
const OUTPUT_LOCK = 0x6465_7632;

/** Stores lines of several tasks of one held run, with how far each task's output has been read. */
export async function appendOutput(
  db: Queryable,
  hold: Hold,
  batches: readonly OutputBatch[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${OUTPUT_LOCK}::int, ${hold.runId}::int)`);
    for (const batch of batches) await updateTask(tx, hold, batch.taskId, { outputOffset: batch.offset });
    const taskIds = batches.flatMap((batch) => batch.lines.map(() => batch.taskId));
    const texts = batches.flatMap((batch) => batch.lines);
    if (texts.length === 0) return;
    await tx.execute(sql`
      insert into output (run_id, task_id, text)
      select ${hold.runId}, line.task_id, line.text
      from unnest(${sql.param(taskIds)}::int[], ${sql.param(texts)}::text[]) with ordinality as line (task_id, text, n)
      order by line.n`);
    await notify(tx, CHANNELS.output, String(hold.runId));
  });
}

export interface OutputFilter {
  readonly node?: string | null;
  readonly step?: string | null;
}

/** The last `limit` lines of a run, oldest first. */
export async function lastLines(
  db: Queryable,
  runId: number,
  limit: number,
  filter: OutputFilter = {},
): Promise<OutputLine[]> {
  const result = await db.execute<{
    id: string;
    node: string | null;
    step: string;
    at: Date;
    text: string;
  }>(sql`
    select o.id, n.name as node, t.step, o.at, o.text
    from output o join tasks t on t.id = o.task_id left join nodes n on n.id = t.node_id
    where o.run_id = ${runId}
      and (${filter.node ?? null}::text is null or n.name = ${filter.node ?? null})
      and (${filter.step ?? null}::text is null or t.step = ${filter.step ?? null})
    order by o.id desc limit ${limit}`);
  return result.rows.map((row) => ({ ...row, id: Number(row.id) })).reverse();
}

/** A task's whole output as text; for steps whose output is read by us (facts, checks). */
export async function outputOfTask(db: Queryable, taskId: number): Promise<string> {
  const result = await db.execute<{ text: string }>(
    sql`select text from output where task_id = ${taskId} order by id`,
  );
  return result.rows.map((row) => row.text).join('\n');
}
