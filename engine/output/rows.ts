import { isUtf8 } from 'node:buffer';
import type { OutputRow } from '../../db/output.ts';
import { createLongLine, decode, type LongLine, shownLine } from './shown-line.ts';

/** The most bytes in a row, its last line end among them: so it has no more lines than {@link LINES_PER_ROW}. */
const ROW_BYTES = 64 * 1024;
const LF = 10;

/** Cuts one task's masked output into rows. */
export interface RowCutter {
  /** The rows of the next bytes. `stops`: nothing follows them, a line that has not ended stays so. */
  cut(bytes: Buffer, stops: boolean): OutputRow[];
}

/**
 * As many whole lines as fit go into one row: PostgreSQL's cost is by the row, and a row of 64 KiB is compressed. A line
 * that is longer, or has not ended yet, goes piece by piece into rows of its own.
 */
export function createRowCutter(): RowCutter {
  /** The line that the rows so far end in the middle of. */
  let long: LongLine | null = null;

  /** Bytes of a line in rows of its own: `end` says how the line is known to end, null that it goes on. */
  function pieces(bytes: Buffer, end: { readonly lineFeed: boolean } | null): OutputRow[] {
    const line: LongLine = long ?? createLongLine();
    line.add(bytes);
    const rows: OutputRow[] = [];
    let from = 0;
    for (; bytes.length - from >= ROW_BYTES; from += ROW_BYTES - 1) {
      rows.push(piece(bytes.subarray(from, from + ROW_BYTES - 1)));
    }
    const rest = bytes.subarray(from);
    if (end)
      rows.push({ text: readable(Buffer.from(line.shown()), end.lineFeed), raw: rest, ends: end.lineFeed });
    else if (rest.length > 0) rows.push(piece(rest));
    long = end ? null : line;
    return rows;
  }

  function wholeLines(bytes: Buffer): OutputRow[] {
    const rows: OutputRow[] = [];
    const fine = isText(bytes);
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.subarray(from, from + ROW_BYTES).lastIndexOf(LF);
      if (end === -1) {
        const lineFeed = bytes.indexOf(LF, from);
        rows.push(...pieces(bytes.subarray(from, lineFeed), { lineFeed: true }));
        from = lineFeed + 1;
      } else {
        rows.push(row(bytes.subarray(from, from + end), true, fine));
        from += end + 1;
      }
    }
    return rows;
  }

  return {
    cut(bytes, stops) {
      const rows: OutputRow[] = [];
      let from = 0;
      if (long) {
        const end = bytes.indexOf(LF);
        if (end === -1) return pieces(bytes, stops ? { lineFeed: false } : null);
        rows.push(...pieces(bytes.subarray(0, end), { lineFeed: true }));
        from = end + 1;
      }
      const end = Math.max(from, bytes.lastIndexOf(LF) + 1);
      rows.push(...wholeLines(bytes.subarray(from, end)));
      const rest = bytes.subarray(end);
      if (rest.length === 0) return rows;
      if (stops && rest.length < ROW_BYTES) rows.push(row(rest, false, isText(rest)));
      else rows.push(...pieces(rest, stops ? { lineFeed: false } : null));
      return rows;
    },
  };
}

/** A part of a line that is shown where it ends. */
const piece = (bytes: Buffer): OutputRow => ({ text: Buffer.alloc(0), raw: bytes, ends: false });

function row(bytes: Buffer, ends: boolean, fine: boolean): OutputRow {
  if (fine || isText(bytes)) return { text: bytes, raw: null, ends };
  return { text: readable(shownLines(bytes), ends), raw: bytes, ends };
}

/** Lines that no text can hold, as people read them. */
function shownLines(bytes: Buffer): Buffer {
  // U+FFFD has three bytes and may stand for one.
  const shown = Buffer.allocUnsafe(4 * bytes.length + 64);
  let length = 0;
  for (let from = 0; from <= bytes.length; ) {
    const lf = bytes.indexOf(LF, from);
    const end = lf === -1 ? bytes.length : lf;
    if (from > 0) length += shown.write('\n', length);
    length += shown.write(shownLine(decode(bytes.subarray(from, end))), length);
    from = end + 1;
  }
  return Buffer.from(shown.subarray(0, length));
}

/** Without text a row that does not end would be a piece of a line that goes on. */
function readable(shown: Buffer, ends: boolean): Buffer {
  return ends || shown.length > 0 ? shown : Buffer.from(' ');
}

/** Whether PostgreSQL's text can hold it. */
function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}
