import { type SecretPatterns, secretPatterns } from './mask/patterns.ts';
import { type Find, isKeyLine, LOOK_AHEAD, PEM_BEGIN, PEM_END } from './mask/shapes.ts';

/** Takes secrets out of a stream of output. */
export interface Masker {
  /** Gives back what can be shown by now: every line that has ended, and of an endless line all but its last part. */
  push(chunk: Buffer): Buffer;
  /** The rest. The masker is as new afterwards. */
  flush(): Buffer;
  /**
   * Of the bytes that were pushed, how many of the last ones are not decided yet. What was given back is all of what stands
   * before them; a new masker that begins with them gives back the same as this one.
   */
  readonly undecided: number;
}

/** Stands for what is secret. */
export const MASK = '****';
/** How much of a line that does not end is kept back at most, unless a secret is longer. */
const WINDOW = 4 * LOOK_AHEAD;
/** The largest private keys in use have some 200 lines; CR LF counts as two. */
const MOST_KEY_LINES = 600;
const LF = 10;
const CR = 13;

/**
 * A masker for declared secrets and for what looks secret by itself: private keys, tokens, passwords in URLs. Each becomes
 * `****`; lines stay lines. However the stream is cut into chunks, what comes out is the same.
 *
 * Nothing secret goes over a line end (a carriage return is one, too) but a private key, so a line is masked when its end
 * has come. A line longer than the window is masked in parts, cut where its content says so, never where a chunk ends. Where
 * a line has to be looked at closely, its bytes are handled as latin1 text; all others pass untouched.
 */
export function createMasker(patterns: SecretPatterns): Masker {
  const { lookAhead } = patterns;
  const window = Math.max(WINDOW, 4 * lookAhead);
  /** The line that has not ended, as it came. */
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** In the middle of something secret that is longer than the window. */
  let swallowing = false;
  /** How many lines into a private key we are; 0 outside of one. */
  let keyLines = 0;
  /** Bytes taken from the stream since its beginning, up to where they are decided, and to where they are masked. */
  let decided = 0;
  let taken = 0;
  /** Masked, of decided bytes, and of those that are not since a secret may go on. */
  let shown: Buffer[] = [];
  let held: Buffer[] = [];

  /** So many more bytes of the stream are masked, and this is what became of them. */
  function give(length: number, masked: Buffer): void {
    taken += length;
    if (masked.length > 0) held.push(masked);
    if (keyLines > 0 || swallowing) return;
    decided = taken;
    shown.push(...held);
    held = [];
  }

  function maskLine(line: Buffer): void {
    const text = line.toString('latin1');
    const finds = patterns.find(text);
    const near = keyLines > 0 || text.includes('PRIVATE KEY-----');
    give(line.length, Buffer.from(near ? maskNearKey(text, finds) : mask(text, finds), 'latin1'));
  }

  /** Whole lines, none of them longer than the window. */
  function maskLines(lines: Buffer): void {
    let done = 0;
    while (keyLines > 0 && done < lines.length) done = maskOneLine(lines, done, done);
    while (done < lines.length) {
      const hint = patterns.hint(lines, done);
      if (hint === -1) {
        give(lines.length - done, lines.subarray(done));
        return;
      }
      const start = lineStart(lines, hint, done);
      if (start > done) give(start - done, lines.subarray(done, start));
      done = maskOneLine(lines, start, hint);
      while (keyLines > 0 && done < lines.length) done = maskOneLine(lines, done, done);
    }
  }

  /** Masks the line that begins at `start` and ends after `from`; returns where the next one begins. */
  function maskOneLine(lines: Buffer, start: number, from: number): number {
    const end = lineEnd(lines, from);
    maskLine(lines.subarray(start, end));
    return end;
  }

  /** A line, or a part of one, while a private key is or may be about. */
  function maskNearKey(line: string, found: readonly Find[]): string {
    const content = line.replace(/[\r\n]$/, '');
    const finds = [...found];
    if (keyLines > 0) {
      const end = PEM_END.exec(content);
      if (end !== null) {
        finds.push({ start: 0, from: 0, to: end.index + end[0].length });
        keyLines = 0;
      } else if (keyLines < MOST_KEY_LINES && isKeyLine(content)) {
        keyLines++;
        return (content === '' ? '' : MASK) + line.slice(content.length);
      } else {
        keyLines = 0;
      }
    }
    const begin = content.split(PEM_BEGIN).length > 1 ? content.lastIndexOf('-----BEGIN ') : -1;
    if (begin !== -1 && PEM_BEGIN.test(content.slice(begin)) && !PEM_END.test(content.slice(begin))) {
      finds.push({ start: begin, from: begin, to: content.length });
      keyLines = 1;
    }
    return mask(content, finds) + line.slice(content.length);
  }

  /** Masks the first part of a line that is longer than the window; `part`: as much of it. Returns how long the part was. */
  function maskPart(part: Buffer): number {
    const text = part.toString('latin1');
    const finds = patterns.hint(part, 0) === -1 ? [] : patterns.find(text);
    let cut = window - lookAhead;
    for (let moved = true; moved; ) {
      moved = false;
      for (const { start, to } of finds) {
        if (start < cut && to > cut) {
          cut = start;
          moved = true;
        }
      }
    }
    let masked: string;
    if (cut > 0) {
      const whole = finds.filter(({ to }) => to <= cut);
      const first = text.slice(0, cut);
      masked = keyLines > 0 || PEM_BEGIN.test(first) ? maskNearKey(first, whole) : mask(first, whole);
    } else {
      // All that stands here hangs together with one find that reaches beyond the cut.
      cut = finds.reduce((to, find) => Math.max(to, find.to), 0);
      masked = mask(text.slice(0, cut), finds);
      swallowing = cut === window;
    }
    give(cut, Buffer.from(masked, 'latin1'));
    return cut;
  }

  /** Passes over the rest of an endless secret; returns where it stops, or may. */
  function swallow(bytes: Buffer): number {
    const end = bytes.toString('latin1').search(/[ \t\r\n"'<>]/);
    swallowing = end === -1;
    const length = end === -1 ? bytes.length : end;
    give(length, Buffer.alloc(0));
    return length;
  }

  function takeShown(): Buffer {
    const [first = Buffer.alloc(0), ...others] = shown;
    shown = [];
    return others.length === 0 ? first : Buffer.concat([first, ...others]);
  }

  function takePending(more: Buffer): Buffer {
    const bytes = pendingBytes === 0 ? more : Buffer.concat([...pending, more]);
    pending = [];
    pendingBytes = 0;
    return bytes;
  }

  function keep(rest: Buffer): Buffer {
    // A copy: what is left must not keep the whole chunk in memory.
    pending.push(Buffer.from(rest));
    pendingBytes += rest.length;
    return takeShown();
  }

  function push(chunk: Buffer): Buffer {
    // A progress bar may come in a thousand chunks.
    if (!swallowing && pendingBytes + chunk.length < window && !chunk.includes(LF)) return keep(chunk);
    const bytes = takePending(chunk);
    let done = 0;
    for (;;) {
      if (swallowing) done += swallow(bytes.subarray(done));
      const lines = endOfLines(bytes.subarray(done, done + window), window);
      if (lines > 0) {
        maskLines(bytes.subarray(done, done + lines));
        done += lines;
      } else if (bytes.length - done >= window) {
        done += maskPart(bytes.subarray(done, done + window));
      } else {
        break;
      }
    }
    return keep(bytes.subarray(done));
  }

  return {
    push,
    flush() {
      maskLines(takePending(Buffer.alloc(0)));
      keyLines = 0;
      swallowing = false;
      give(0, Buffer.alloc(0));
      return takeShown();
    },
    get undecided() {
      return taken - decided + pendingBytes;
    },
  };
}

/** `text` with all that is secret in it masked, as by {@link createMasker}. */
export function maskText(text: string, secrets: readonly string[]): string {
  const masker = createMasker(secretPatterns(secrets));
  const shown = masker.push(Buffer.from(text));
  return Buffer.concat([shown, masker.flush()]).toString();
}

/** Where the line of `at` begins, not before `first`. */
function lineStart(bytes: Buffer, at: number, first: number): number {
  let start = at;
  while (start > first && bytes[start - 1] !== LF && bytes[start - 1] !== CR) start--;
  return start;
}

/** Where the line of `at` ends: behind its line end, or where the bytes end. */
function lineEnd(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end++;
  return Math.min(end + 1, bytes.length);
}

/** How far there are whole lines; in a line that fills the window, how far there are whole states of a progress bar. */
function endOfLines(bytes: Buffer, window: number): number {
  const end = bytes.lastIndexOf(LF) + 1;
  return end === 0 && bytes.length === window ? bytes.lastIndexOf(CR) + 1 : end;
}

/** `text` with each run of finds replaced. */
function mask(text: string, finds: readonly Find[]): string {
  if (finds.length === 0) return text;
  let shown = '';
  let done = 0;
  for (const { from, to } of [...finds].sort((a, b) => a.from - b.from)) {
    if (to <= done) continue;
    if (from > done || shown === '') shown += text.slice(done, from) + MASK;
    done = to;
  }
  return shown + text.slice(done);
}
