import type { Line } from '../api.ts';

/** Lines drawn as one piece: of a piece that is out of sight the browser draws nothing, and only the last one changes. */
export interface Block {
  readonly key: number;
  readonly lines: readonly Line[];
}

export interface Log {
  readonly blocks: readonly Block[];
  readonly count: number;
  /** There are older lines than these. */
  readonly cut: boolean;
}

export const EMPTY: Log = { blocks: [], count: 0, cut: false };
/** Lines that a page keeps; the text log has all. */
export const MOST_LINES = 10_000;
const BLOCK = 100;

/** The log with these lines added at its end, its oldest lines dropped when they are too many. */
export function append(log: Log, lines: readonly Line[]): Log {
  const blocks = [...log.blocks];
  let rest = lines;
  const last = blocks.at(-1);
  if (last && last.lines.length < BLOCK) {
    const room = BLOCK - last.lines.length;
    blocks[blocks.length - 1] = { key: last.key, lines: [...last.lines, ...rest.slice(0, room)] };
    rest = rest.slice(room);
  }
  for (let at = 0; at < rest.length; at += BLOCK) {
    const block = rest.slice(at, at + BLOCK);
    blocks.push({ key: block[0]?.id ?? 0, lines: block });
  }
  let count = log.count + lines.length;
  let { cut } = log;
  while (count > MOST_LINES && blocks.length > 1) {
    count -= blocks.shift()?.lines.length ?? 0;
    cut = true;
  }
  return { blocks, count, cut };
}
