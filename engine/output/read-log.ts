import type { Queryable } from '../../db/client.ts';
import {
  countNodes,
  type ExactRow,
  exactRowsAfter,
  lastWholeRow,
  type OutputFilter,
  tailRow,
} from '../../db/output.ts';

const LF = 10;
const LINE_FEED = Buffer.from('\n');
/** What is gathered before it is passed on. */
const BLOCK_BYTES = 256 * 1024;

/**
 * A run's output byte for byte, as far as it has come, whatever its length: little of it is in memory at once. `tail`: only
 * the last so many lines. Where it is of several nodes, each line begins with its node's name, and lines that have not
 * ended get a line feed before another task's line; the very last one gets none.
 */
export async function* readLog(
  db: Queryable,
  runId: number,
  filter: OutputFilter & { readonly tail?: number | undefined } = {},
): AsyncGenerator<Buffer> {
  const named = filter.node == null && (await countNodes(db, runId)) > 1;
  const start = filter.tail === undefined ? null : await tailRow(db, runId, filter.tail, filter);
  const join = createJoin(named);
  let block: Buffer[] = [];
  let size = 0;
  for await (const { row, skip } of inOrder(db, runId, filter, start)) {
    const bytes = join(row, skip);
    block.push(bytes);
    size += bytes.length;
    if (size < BLOCK_BYTES) continue;
    yield Buffer.concat(block);
    block = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(block);
}

/** The rows in order, but for a line in many rows, which comes in one piece though other tasks wrote between them. */
async function* inOrder(
  db: Queryable,
  runId: number,
  filter: OutputFilter,
  start: { readonly id: number; readonly skip: number } | null,
): AsyncGenerator<{ row: ExactRow; skip: number }> {
  /** Task → the last of its rows that was given. */
  const given = new Map<number, number>();

  async function* ofTask(taskId: number, after: number): AsyncGenerator<ExactRow> {
    for await (const row of pages(db, runId, after, { task: taskId })) {
      given.set(taskId, row.id);
      yield row;
      if (!row.piece) return;
    }
  }

  for await (const row of pages(db, runId, start ? start.id - 1 : 0, filter)) {
    const { id, taskId } = row;
    const before = given.get(taskId);
    if (before !== undefined && before >= id) continue;
    const skip = start?.id === id ? start.skip : 0;
    if (start && before === undefined && skip === 0) {
      // The end of a long line is among the last lines, so all of it is.
      for await (const next of ofTask(taskId, await lastWholeRow(db, taskId, id))) yield { row: next, skip };
      continue;
    }
    given.set(taskId, id);
    yield { row, skip };
    if (row.piece) for await (const next of ofTask(taskId, id)) yield { row: next, skip: 0 };
  }
}

async function* pages(
  db: Queryable,
  runId: number,
  start: number,
  filter: OutputFilter,
): AsyncGenerator<ExactRow> {
  for (let after = start; ; ) {
    const rows = await exactRowsAfter(db, runId, after, filter);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

/** Makes the rows' bytes one text, row by row. */
function createJoin(named: boolean): (row: ExactRow, skip: number) => Buffer {
  let last: ExactRow | null = null;
  return (row, skip) => {
    const goesOn = last?.piece === true && last.taskId === row.taskId;
    const unfinished = last !== null && !last.ends && !goesOn;
    last = row;
    let bytes = typeof row.bytes === 'string' ? Buffer.from(row.bytes) : row.bytes;
    for (let lines = 0; lines < skip; lines++) bytes = bytes.subarray(bytes.indexOf(LF) + 1);
    if (named && row.node) bytes = withName(bytes, Buffer.from(`${row.node}: `), !goesOn);
    return Buffer.concat([...(unfinished ? [LINE_FEED] : []), bytes, ...(row.ends ? [LINE_FEED] : [])]);
  };
}

/** Lines with the name before each; before the first only where it `begins` here. */
function withName(lines: Buffer, name: Buffer, begins: boolean): Buffer {
  const prefix = name.toString('latin1');
  const named = lines.toString('latin1').replaceAll('\n', () => `\n${prefix}`);
  return Buffer.from(begins ? prefix + named : named, 'latin1');
}
