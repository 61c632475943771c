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

/** A line that is longer goes on in parts: something that turns for ever without ending its line is to be seen. */
const MOST_HELD = 8 * 1024;
/** What stays back of such a line: a split secret that begins before it and has not ended is longer than this, escape sequences and all. */
const HELD_OF_LONG = MOST_HELD / 2;
/** How far apart the places are that are tried for a cut in a line that has a split secret. */
const CUT_STEP = 128;
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
  const shown = (text: string): string => plainLines(masked(text));

  function isSplit(text: string): boolean {
    // What most output comes to costs no masker.
    if (patterns.hint(Buffer.from(plainLines(text)), 0) === -1) return false;
    const line = shown(text);
    return masked(line) !== line;
  }

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

  /** How much of a long line may go on by itself: what follows is kept back, in case a secret goes on in it. */
  function partOf(line: Buffer): number {
    const whole = masked(shown(decode(line)));
    for (let cut = line.length - HELD_OF_LONG; cut > line.length - MOST_HELD; cut -= CUT_STEP) {
      const parts = [line.subarray(0, cut), line.subarray(cut)].map((part) => masked(shown(decode(part))));
      if (parts.join('') === whole) return cut;
    }
    return line.length;
  }

  function lengthOfPart(line: Buffer): number {
    if (line.length <= MOST_HELD) return 0;
    return hasRemoved(line) && isSplit(decode(line)) ? partOf(line) : line.length - HELD_OF_LONG;
  }

  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const open = Math.max(all.lastIndexOf(LF), all.lastIndexOf(CR)) + 1;
      const end = open + lengthOfPart(all.subarray(open));
      held = Buffer.from(all.subarray(end));
      return checked(all.subarray(0, end));
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

/** The lines without what is not shown of them. */
function plainLines(text: string): string {
  return text
    .split(/(?<=[\r\n])/)
    .map((line) => plainText(line.replace(/\n$/, '')))
    .join('\n');
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
