import type { Queryable } from '../../db/client.ts';
import { lastRowId, type OutputFilter, type ReadableRow, rowsAfter, tailRow } from '../../db/output.ts';
import { LONGEST_SHOWN, shownLine } from './shown-line.ts';

/** A line of a run's output as people read it. */
export interface OutputLine {
  /** Its position: grows within a run. */
  readonly id: number;
  readonly node: string | null;
  readonly step: string;
  readonly at: Date;
  readonly text: string;
  /** The line is longer than what is shown of it. */
  readonly cut: boolean;
}

/** A line's position is its row's id times this plus its place in the row. No row has more lines (`ROW_BYTES`). */
const LINES_PER_ROW = 64 * 1024;

/** Lines after that position, oldest first. */
export async function linesAfter(
  db: Queryable,
  runId: number,
  after: number,
  limit: number,
  filter: OutputFilter = {},
): Promise<OutputLine[]> {
  const lines: OutputLine[] = [];
  let row = Math.floor(after / LINES_PER_ROW) - 1;
  while (lines.length < limit) {
    const rows = await rowsAfter(db, runId, row, filter);
    for (const each of rows) lines.push(...linesOf(each, after, limit - lines.length));
    const last = rows.at(-1);
    if (!last) break;
    row = last.id;
  }
  return lines;
}

/** The last `limit` lines, oldest first. */
export async function lastLines(
  db: Queryable,
  runId: number,
  limit: number,
  filter: OutputFilter = {},
): Promise<OutputLine[]> {
  return linesAfter(db, runId, await tailStart(db, runId, limit, filter), limit, filter);
}

/** The position after which exactly the last `count` lines follow; 0 when there are not more. */
export async function tailStart(
  db: Queryable,
  runId: number,
  count: number,
  filter: OutputFilter = {},
): Promise<number> {
  const start = await tailRow(db, runId, count, filter);
  return start === null ? 0 : start.id * LINES_PER_ROW + start.skip - 1;
}

/** The last position that the run's output has come to; 0 when there is none. */
export async function lastPosition(db: Queryable, runId: number): Promise<number> {
  const row = await lastRowId(db, runId);
  return row === 0 ? 0 : row * LINES_PER_ROW + LINES_PER_ROW - 1;
}

/** The row's lines after that position, at most so many. */
function linesOf(row: ReadableRow, after: number, limit: number): OutputLine[] {
  if (row.piece) return [];
  const { node, step, at } = row;
  const first = row.id * LINES_PER_ROW;
  const skip = Math.max(0, after - first + 1);
  return row.text
    .split('\n')
    .slice(skip, skip + limit)
    .map((line, index) => {
      // A text that is not exact was made to be shown.
      const text = row.exact ? shownLine(line) : line;
      return { id: first + skip + index, node, step, at, text, cut: text.length > LONGEST_SHOWN };
    });
}
