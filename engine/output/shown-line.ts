import { StringDecoder } from 'node:string_decoder';
import { plainText } from './plain-text.ts';

/** Characters of a line that are shown; what is longer is cut with a word about it, and stands whole in the text log. */
export const LONGEST_SHOWN = 8192;

/** Text of this many bytes at once: longer strings are costly to get rid of. */
const SLICE_BYTES = 8192;

/** A line as people read it. */
export function shownLine(line: string): string {
  return shorten(plainText(line));
}

/** The bytes of a line, or several, as text: what is not UTF-8, and NUL, which PostgreSQL's text cannot hold, is U+FFFD. */
export function decode(bytes: Buffer): string {
  return withoutNul(bytes.toString('utf8'));
}

export const withoutNul = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text);

function shorten(text: string, length = text.length): string {
  if (length <= LONGEST_SHOWN) return text;
  // Not in the middle of a character.
  const first = text.slice(0, LONGEST_SHOWN).replace(/[\ud800-\udbff]$/, '');
  return `${first} … (${length - LONGEST_SHOWN} more characters)`;
}

/** What is to be shown of a line that comes in pieces and may be longer than memory. */
export interface LongLine {
  add(bytes: Buffer): void;
  /** How it reads when nothing more comes. */
  shown(): string;
}

/** Escape sequences are taken out of what is kept: room for them. */
const KEPT = 4 * LONGEST_SHOWN;

export function createLongLine(): LongLine {
  const decoder = new StringDecoder('utf8');
  /** Since the last carriage return that something followed: the beginning, and how long it is. */
  let kept = '';
  let length = 0;
  let returned = false;

  function add(text: string): void {
    for (const [at, part] of text.split('\r').entries()) {
      if (at > 0) returned = true;
      if (part === '') continue;
      if (returned) {
        kept = '';
        length = 0;
        returned = false;
      }
      if (kept.length < KEPT) kept += part.slice(0, KEPT - kept.length);
      length += part.length;
    }
  }

  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
        add(decoder.write(bytes.subarray(at, at + SLICE_BYTES)));
      }
    },
    shown() {
      add(decoder.end());
      const text = plainText(withoutNul(kept));
      return shorten(text, length > kept.length ? text.length + length - kept.length : text.length);
    },
  };
}
