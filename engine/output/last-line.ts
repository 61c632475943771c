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

export function createLastLine(): LastLine {
  let kept: Buffer = Buffer.alloc(0);
  return {
    add(bytes) {
      const joined = Buffer.concat([kept, bytes.subarray(-KEPT)]).subarray(-KEPT);
      // Many empty lines do not push out the last one that says something.
      if (joined.toString('latin1').trim() !== '') kept = joined;
    },
    text() {
      const lines = decode(kept)
        .split('\n')
        .map((line) => plainText(line).trim());
      return lines.findLast((line) => line !== '') ?? '';
    },
  };
}
