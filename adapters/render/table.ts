import type { TableBlock } from '../message.ts';
import { plainLine } from './plain.ts';
import { clip, width } from './width.ts';

const GAP = '  ';
const NARROWEST = 4;

/**
 * A table as aligned lines, its heading first. Where it is wider than `columns`, the widest columns give way and
 * their cells end in `…`.
 */
export function tableLines(table: TableBlock, columns = Number.POSITIVE_INFINITY): string[] {
  const rows = [table.columns, ...table.rows].map((row) => row.map(plainLine));
  const count = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: count }, (_, at) =>
    Math.max(0, ...rows.map((row) => width(row[at] ?? ''))),
  );
  const widths = narrowed(natural, columns - GAP.length * Math.max(0, count - 1));
  return rows.map((row) =>
    widths
      .map((wide, at) => padded(clip(row[at] ?? '', wide), wide))
      .join(GAP)
      .trimEnd(),
  );
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Takes from the widest column first, until all of them fit or none can give any more. */
function narrowed(widths: readonly number[], room: number): number[] {
  const result = [...widths];
  let excess = result.reduce((sum, wide) => sum + wide, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...result);
    if (widest <= NARROWEST) break;
    const next = Math.max(NARROWEST, ...result.filter((wide) => wide < widest));
    const at = result.flatMap((wide, index) => (wide === widest ? [index] : []));
    const give = Math.max(1, Math.min(widest - next, Math.ceil(excess / at.length)));
    for (const index of at) result[index] = widest - give;
    excess -= give * at.length;
  }
  return result;
}
