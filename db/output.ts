import { type SQL, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { type Hold, HoldLost } from './runs.ts';

/**
 * A task's output is a sequence of rows. The exact bytes of a row are `raw`, or the UTF-8 of `text` where there is no raw,
 * and a line feed if it `ends`. `text` is what people read of it, in lines, a line feed between two. A row without text that
 * does not end is a piece of a long line, which is read where the line ends.
 */
export interface OutputRow {
  /** UTF-8 without NUL. */
  readonly text: Buffer;
  readonly raw: Buffer | null;
  /** False: its last line goes on in the task's next row, or the output stopped in the middle of it. */
  readonly ends: boolean;
}

export interface OutputBatch {
  readonly taskId: number;
  readonly rows: readonly OutputRow[];
  /** Bytes of the node's output that are stored once these rows are; null: as many as before. */
  readonly offset: number | null;
}

/** PostgreSQL's type numbers. */
const TEXT = 25;
const BYTEA = 17;

/** Stores output of several tasks of one held run, with how far each task's output has been read. */
export async function appendOutput(
  db: Queryable,
  hold: Hold,
  batches: readonly OutputBatch[],
): Promise<void> {
  const rows = batches.flatMap(({ taskId, rows }) => rows.map((row) => ({ ...row, taskId })));
  const offsets = new Map(
    batches.flatMap(({ taskId, offset }) => (offset === null ? [] : [[taskId, offset] as const])),
  );
  await db.transaction(async (tx) => {
    await keepToOneself(tx, hold);
    await tx.execute(sql`
      with read as (
        update tasks set output_offset = o.value
        from unnest(${sql.param([...offsets.keys()])}::int[], ${sql.param([...offsets.values()])}::bigint[]) as o (id, value)
        where tasks.id = o.id and tasks.run_id = ${hold.runId}
      )
      insert into output (run_id, task_id, text, raw, ends)
      select ${hold.runId}, r.task_id, r.text, r.raw, r.ends
      from unnest(
        ${sql.param(rows.map(({ taskId }) => taskId))}::int[],
        ${binaryArray(
          TEXT,
          rows.map(({ text }) => text),
        )}::text[],
        ${binaryArray(
          BYTEA,
          rows.map(({ raw }) => raw),
        )}::bytea[],
        ${sql.param(rows.map(({ ends }) => ends))}::bool[]
      ) with ordinality as r (task_id, text, raw, ends, n)
      order by r.n`);
    await notify(tx, CHANNELS.output, String(hold.runId));
  });
}

/**
 * Nobody else takes the run's hold, and nobody else writes its output, until the transaction ends: so ids become visible
 * in their order, and a reader that has come to one has missed none before it.
 */
async function keepToOneself(tx: Queryable, hold: Hold): Promise<void> {
  const result = await tx.execute(
    sql`select 1 from runs where id = ${hold.runId} and hold_generation = ${hold.generation} for no key update`,
  );
  if (result.rows.length === 0) throw new HoldLost(hold);
}

/** An array in PostgreSQL's binary form: megabytes of output need no quoting, no escaping and no copy as a JavaScript string. */
function binaryArray(type: number, items: readonly (Buffer | null)[]): Buffer {
  const size = items.reduce((sum, item) => sum + 4 + (item?.length ?? 0), 20);
  const array = Buffer.allocUnsafe(size);
  let at = 0;
  const int = (value: number) => {
    at = array.writeInt32BE(value, at);
  };
  // One dimension, nulls or not, the items' type, how many, numbered from 1; then each with its length, -1 for null.
  for (const value of [1, items.includes(null) ? 1 : 0, type, items.length, 1]) int(value);
  for (const item of items) {
    int(item?.length ?? -1);
    if (item) at += item.copy(array, at);
  }
  return array;
}

/** Which part of a run's output. */
export interface OutputFilter {
  readonly node?: string | null | undefined;
  readonly step?: string | null | undefined;
  readonly task?: number | undefined;
}

export interface StoredRow {
  readonly id: number;
  readonly taskId: number;
  readonly node: string | null;
  readonly step: string;
  readonly at: Date;
  readonly ends: boolean;
  /** It is a part of a line that goes on in the next row, and is read where the line ends. */
  readonly piece: boolean;
}

export interface ReadableRow extends StoredRow {
  readonly text: string;
  /** The text is what was printed, nothing changed or left out. */
  readonly exact: boolean;
}

export interface ExactRow extends StoredRow {
  readonly bytes: Buffer | string;
}

/** Rows that are read at once: at most so many, and no further one when they come to so many bytes. */
const PAGE_ROWS = 256;
const PAGE_BYTES = 1024 * 1024;

/** The next rows after the one of that id, in order, as people read them; none when there are no more. */
export function rowsAfter(
  db: Queryable,
  runId: number,
  after: number,
  filter: OutputFilter = {},
): Promise<ReadableRow[]> {
  return page<ReadableRow>(db, runId, after, filter, sql`text, raw is null as exact`);
}

/** The same with their exact bytes. */
export async function exactRowsAfter(
  db: Queryable,
  runId: number,
  after: number,
  filter: OutputFilter = {},
): Promise<ExactRow[]> {
  type Row = StoredRow & { readonly raw: Buffer | null; readonly text: string };
  const content = sql`raw, case when raw is null then text end as text`;
  const rows = await page<Row>(db, runId, after, filter, content);
  return rows.map(({ raw, text, ...row }) => ({ ...row, bytes: raw ?? text }));
}

async function page<Row extends StoredRow>(
  db: Queryable,
  runId: number,
  after: number,
  filter: OutputFilter,
  content: SQL,
): Promise<Row[]> {
  const result = await db.execute<Record<string, unknown>>(sql`
    select id, task_id as "taskId", node, step, (extract(epoch from at) * 1000)::float8 as at,
      ends, not ends and text = '' as piece, ${content}
    from (
      select o.*, n.name as node, t.step,
        sum(octet_length(o.text) + coalesce(octet_length(o.raw), 0)) over (order by o.id)
          - octet_length(o.text) - coalesce(octet_length(o.raw), 0) as before
      from ${ROWS} where ${matching(runId, filter)} and o.id > ${after}
      order by o.id limit ${PAGE_ROWS}
    ) as page
    where before < ${PAGE_BYTES} order by id`);
  return result.rows.map(
    (row) => ({ ...row, id: Number(row.id), at: new Date(row.at as number) }) as unknown as Row,
  );
}

/** The last of a task's stored text that says something; '' when there is none. */
export async function lastText(db: Queryable, taskId: number): Promise<string> {
  const result = await db.execute<{ text: string }>(
    sql`select text from output where task_id = ${taskId} and text ~ '\\S' order by id desc limit 1`,
  );
  return result.rows[0]?.text ?? '';
}

/** The last row of a task before that id that is no piece of a long line; 0 when there is none. */
export async function lastWholeRow(db: Queryable, taskId: number, before: number): Promise<number> {
  const result = await db.execute<{ id: string }>(sql`
    select o.id from output o
    where o.task_id = ${taskId} and o.id < ${before} and (o.ends or o.text <> '')
    order by o.id desc limit 1`);
  return Number(result.rows[0]?.id ?? 0);
}

/** Where the last `count` lines begin: in that row, after so many of its lines; null when there are not so many. */
export async function tailRow(
  db: Queryable,
  runId: number,
  count: number,
  filter: OutputFilter = {},
): Promise<{ id: number; skip: number } | null> {
  const result = await db.execute<{ id: string; skip: number }>(sql`
    select id, (total - ${count}::bigint)::int as skip
    from (
      select o.id, sum(${LINES}) over (order by o.id desc) as total
      from ${ROWS} where ${matching(runId, filter)}
    ) as counted
    where total >= ${count}::bigint order by id desc limit 1`);
  const [row] = result.rows;
  return row ? { id: Number(row.id), skip: row.skip } : null;
}

/** How many lines each task of a run has; a task without any is missing. */
export async function countLines(db: Queryable, runId: number): Promise<Map<number, number>> {
  const result = await db.execute<{ task: number; lines: number }>(sql`
    select o.task_id as task, sum(${LINES})::float8 as lines
    from output o where o.run_id = ${runId} group by o.task_id`);
  return new Map(result.rows.map(({ task, lines }) => [task, lines]));
}

/** The id of the run's newest row; 0 when it has none. */
export async function lastRowId(db: Queryable, runId: number): Promise<number> {
  const result = await db.execute<{ id: string | null }>(
    sql`select max(id) as id from output where run_id = ${runId}`,
  );
  return Number(result.rows[0]?.id ?? 0);
}

/** On how many nodes a run has tasks. */
export async function countNodes(db: Queryable, runId: number): Promise<number> {
  const result = await db.execute<{ count: number }>(
    sql`select count(distinct node_id)::int as count from tasks where run_id = ${runId}`,
  );
  return result.rows[0]?.count ?? 0;
}

const ROWS = sql`output o join tasks t on t.id = o.task_id left join nodes n on n.id = t.node_id`;

/** The lines of a row; a piece of a long one counts where the line ends. */
const LINES = sql`case when o.ends or o.text <> ''
  then octet_length(o.text) - octet_length(replace(o.text, E'\n', '')) + 1 else 0 end`;

function matching(runId: number, { node, step, task }: OutputFilter): SQL {
  return sql`o.run_id = ${runId}
    ${task === undefined ? sql`` : sql`and o.task_id = ${task}`}
    ${node == null ? sql`` : sql`and n.name = ${node}`}
    ${step == null ? sql`` : sql`and t.step = ${step}`}`;
}

/** Removes output of runs that ended longer ago than so many seconds, some thousand rows at a time; returns how many. */
export async function purgeOutput(db: Queryable, seconds: number): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from output where id in (
      select o.id from runs r join output o on o.run_id = r.id
      where r.ended_at < now() - ${seconds} * interval '1 second' limit 5000)`);
  return rowCount ?? 0;
}
