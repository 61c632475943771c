/** A word of a typed line, and where it stands in it. */
export interface Word {
  /** Without its quotes and backslashes. */
  readonly text: string;
  /** Offsets in the line; `end` is one past the last character. */
  readonly start: number;
  readonly end: number;
  /** Some of it was quoted or escaped: it is a value, never a keyword such as `from` or `--`. */
  readonly quoted: boolean;
  /** Where in `text` the first `=` that was not quoted stands; -1 if there is none. */
  readonly equals: number;
}

export interface Words {
  /** Those before `--`. */
  readonly words: readonly Word[];
  /** What follows `--`, exactly as typed but for the one space after it; null without `--`. */
  readonly rest: string | null;
  /** A quote that is never closed: what would close it, and where it was opened. */
  readonly open: { readonly close: string; readonly start: number } | null;
}

const SPACE = /[\s\u200b]/;
/** Quotes that phones and chat clients put in place of the typed ones. */
const CURLY_DOUBLE = '“”„‟';
const CURLY_SINGLE = '‘’‚‛';
/** Dashes likewise; outside quotes they stand for what was typed. */
const DASHES: Readonly<Record<string, string>> = { '—': '--', '–': '-', '‐': '-', '‑': '-', '−': '-' };
/** Inside double quotes a backslash takes away the meaning of these only, as in a shell. */
const ESCAPABLE = `"\\$\`${CURLY_DOUBLE}`;

/**
 * Splits a line as a POSIX shell does: spaces, single and double quotes, backslashes. Expands nothing. A first `--` (or
 * the long dash that a phone makes of it) that stands alone ends the words.
 */
export function readWords(line: string): Words {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    if (SPACE.test(line.charAt(at))) {
      at++;
      continue;
    }
    const { word, open } = readWord(line, at);
    if (open !== null) return { words, rest: null, open };
    at = word.end;
    const alone = line.slice(word.start, word.end);
    if (alone === '--' || alone === '—' || alone === '–') {
      return { words, rest: line.slice(word.end).replace(SPACE, ''), open: null };
    }
    words.push(word);
  }
  return { words, rest: null, open: null };
}

function readWord(line: string, start: number): { word: Word; open: Words['open'] } {
  let text = '';
  let quoted = false;
  let equals = -1;
  let at = start;
  while (at < line.length && !SPACE.test(line.charAt(at))) {
    const char = line.charAt(at);
    const closing = closesWith(char, text);
    if (closing !== null) {
      const inside = readQuoted(line, at + 1, closing);
      if (inside === null) {
        const close = closing.includes('"') ? '"' : closing.includes("'") ? "'" : closing;
        return { word: { text, start, end: line.length, quoted: true, equals }, open: { close, start: at } };
      }
      text += inside.text;
      at = inside.end;
      quoted = true;
    } else if (char === '\\' && at + 1 < line.length) {
      text += line.charAt(at + 1);
      at += 2;
      quoted = true;
    } else {
      if (char === '=' && equals < 0) equals = text.length;
      text += DASHES[char] ?? char;
      at++;
    }
  }
  return { word: { text, start, end: at, quoted, equals }, open: null };
}

/** The characters that close the quote which `char` opens; null if it opens none. */
function closesWith(char: string, before: string): string | null {
  if (char === '"' || char === "'") return char;
  if (CURLY_DOUBLE.includes(char)) return `"${CURLY_DOUBLE}`;
  // Phones write the apostrophe of `it's` as a closing quote.
  if (char === '’' && /[\p{L}\p{N}]$/u.test(before.slice(-2))) return null;
  return CURLY_SINGLE.includes(char) ? `'${CURLY_SINGLE}` : null;
}

function readQuoted(line: string, start: number, closing: string): { text: string; end: number } | null {
  const escapes = closing.includes('"');
  let text = '';
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at);
    if (closing.includes(char)) return { text, end: at + 1 };
    if (escapes && char === '\\' && at + 1 < line.length && ESCAPABLE.includes(line.charAt(at + 1))) {
      at++;
      text += line.charAt(at);
    } else {
      text += char;
    }
  }
  return null;
}

/** The word as it has to be typed to mean itself. */
export function quote(word: string): string {
  if (/^[A-Za-z0-9_.,:/@%+-]+$/.test(word) && !word.startsWith('-')) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A line that `readWords` splits into exactly these words. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** The line with the part from `start` to `end` replaced; a part replaced by nothing takes the space before it along. */
export function splice(line: string, part: { start: number; end: number }, replacement: string): string {
  const before = line.slice(0, part.start);
  const after = line.slice(part.end);
  return replacement === '' ? before.trimEnd() + after : before + replacement + after;
}
