import { plainText } from './plain-text.ts';
import { decode } from './shown-line.ts';

/** Remembers how an output ends. */
export interface LastLine {
  add(bytes: Buffer): void;
  /** The last line that is not empty, as people read it. */
  text(): string;
}

/** Bytes that are kept. */
const KEPT = 8192;
const LF = 10;
const SPACE = 32;

export function createLastLine(): LastLine {
  let kept: Buffer = Buffer.alloc(0);

  /** Many empty lines count as one, and do not push out the last one that says something. */
  function add(bytes: Buffer): void {
    let end = bytes.length;
    while (end > 0 && (bytes[end - 1] as number) <= SPACE) end--;
    const ended = bytes.includes(LF, end);
    if (end === 0 && ended && kept.at(-1) === LF) return;
    const blank = ended ? Buffer.from('\n') : bytes.subarray(end);
    kept = Buffer.concat([kept, bytes.subarray(0, end).subarray(-KEPT), blank]).subarray(-KEPT);
  }

  return {
    add,
    text() {
      const lines = decode(kept)
        .split('\n')
        .map((line) => plainText(line).trim());
      return lines.findLast((line) => line !== '') ?? '';
    },
  };
}
