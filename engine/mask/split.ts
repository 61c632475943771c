import { createMasker } from '../mask.ts';
import { plainText } from '../output/plain-text.ts';
import { decode } from '../output/shown-line.ts';
import type { SecretPatterns } from './patterns.ts';

/**
 * What is printed is shown without its escape sequences and control characters. A secret that one of them splits, as `grep --color`
 * does with a part of it, is found by no masker, and would be whole again where it is shown. Such a line goes on as its plain text, which
 * the masker finds the secret in. This stands before the masker, on the node's own bytes.
 */
export interface SplitLines {
  /** What may go on to the masker. A line is kept back until it ends, but no more of it than a little. */
  push(bytes: Buffer): Buffer;
  /** Nothing follows: what was kept back. */
  flush(): Buffer;
  /** Bytes that are kept back now. */
  readonly held: number;
}

/** No more of a line is kept back: something that turns for ever without ending its line is to be seen. */
const MOST_HELD = 8 * 1024;
const TAB = 9;
const LF = 10;
const CR = 13;

export function createSplitLines(patterns: SecretPatterns): SplitLines {
  let held: Buffer = Buffer.alloc(0);

  const masked = (text: string): string => {
    const masker = createMasker(patterns);
    return Buffer.concat([masker.push(Buffer.from(text)), masker.flush()]).toString();
  };
  /** How it would be shown: without what the masker finds by itself. */
  const shown = (text: string): string =>
    masked(text)
      .split(/(?<=[\r\n])/)
      .map((line) => plainText(line.replace(/\n$/, '')))
      .join('\n');
  const isSplit = (text: string): boolean => {
    const line = shown(text);
    return masked(line) !== line;
  };

  /** Lines that have ended, or as much of one as may be kept back. */
  function checked(bytes: Buffer): Buffer {
    if (bytes.length === 0 || !hasRemoved(bytes) || !isSplit(decode(bytes))) return bytes;
    return Buffer.concat(
      endings(bytes).map((line) => {
        const text = decode(line);
        if (!hasRemoved(line) || !isSplit(text)) return line;
        const end = line.at(-1) === LF ? '\n' : line.at(-1) === CR ? '\r' : '';
        return Buffer.from(shown(text.replace(/[\r\n]+$/, '')) + end);
      }),
    );
  }

  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const end = Math.max(all.lastIndexOf(LF), all.lastIndexOf(CR)) + 1;
      const open = all.subarray(end);
      const keeps = open.length > 0 && open.length <= MOST_HELD;
      held = keeps ? Buffer.from(open) : Buffer.alloc(0);
      return keeps ? checked(all.subarray(0, end)) : checked(all);
    },
    flush() {
      const rest = held;
      held = Buffer.alloc(0);
      return checked(rest);
    },
    get held() {
      return held.length;
    },
  };
}

/** Lines, each with the line feed or carriage return that ends it. */
function endings(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== LF && bytes[at] !== CR) continue;
    lines.push(bytes.subarray(from, at + 1));
    from = at + 1;
  }
  if (from < bytes.length) lines.push(bytes.subarray(from));
  return lines;
}

/** Whether there are characters that plain text goes without; a carriage return ends what it is about to go over. No string is made. */
function hasRemoved(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte < 0x20 ? byte !== TAB && byte !== LF && byte !== CR : byte === 0x7f) return true;
    // U+0080 to U+009F, and the marks for line ends and reading order, in UTF-8.
    const next = bytes[at + 1] ?? 0;
    if (byte === 0xc2 && next >= 0x80 && next <= 0x9f) return true;
    if (byte !== 0xe2) continue;
    const last = bytes[at + 2] ?? 0;
    if (next === 0x80 && (last === 0x8e || last === 0x8f || (last >= 0xa8 && last <= 0xae))) return true;
    if (next === 0x81 && last >= 0xa6 && last <= 0xa9) return true;
  }
  return false;
}
