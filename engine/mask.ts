import { secretForms } from './mask/forms.ts';
import { type Find, findSecrets, isKeyLine, LOOK_AHEAD, PEM_BEGIN, PEM_END } from './mask/shapes.ts';

/** Takes secrets out of a stream of output. */
export interface Masker {
  /** Gives back what can be shown by now: every line that has ended, and of an endless line all but its last part. */
  push(chunk: Buffer): Buffer;
  /** The rest. The masker is as new afterwards. */
  flush(): Buffer;
}

const MASK = '****';
/** How much of a line that does not end is kept back at most, unless a secret is longer. */
const WINDOW = 4 * LOOK_AHEAD;
/** The largest private keys in use have some 200 lines; CR LF counts as two. */
const MOST_KEY_LINES = 600;

/**
 * A masker for these secret values (of 4 characters or more, in every form they are likely to be written in) and for what
 * looks secret by itself: private keys, tokens, passwords in URLs. Each becomes `****`; lines stay lines. However the stream
 * is cut into chunks, what comes out is the same.
 *
 * Nothing secret goes over a line end but a private key, so a line is masked when its end has come. A line longer than the
 * window is masked in parts, cut where its content says so, never where a chunk ends. Bytes are handled as latin1 text.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const forms = secretForms(secrets);
  const longest = forms.reduce((most, form) => Math.max(most, form.length), LOOK_AHEAD);
  const window = Math.max(WINDOW, 4 * longest);
  let pending = '';
  /** Up to here, pending has no line end. */
  let scanned = 0;
  /** In the middle of something secret that is longer than the window. */
  let swallowing = false;
  /** How many lines into a private key we are; 0 outside of one. */
  let keyLines = 0;

  const maskLines = (text: string): string => {
    if (keyLines === 0 && !text.includes('PRIVATE KEY-----')) return mask(text, findSecrets(text, forms));
    return text.replace(/[^\r\n]*[\r\n]|[^\r\n]+$/g, maskKeyLine);
  };

  const maskKeyLine = (line: string): string => maskNearKey(line, findSecrets(line, forms));

  /** A line, or a part of one, while a private key is or may be about. */
  const maskNearKey = (line: string, found: readonly Find[]): string => {
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
  };

  /** Masks the first part of a line that is longer than the window, and takes it off. */
  const takePart = (): string => {
    const part = pending.slice(0, window);
    const finds = findSecrets(part, forms);
    let cut = window - longest;
    for (let moved = true; moved; ) {
      moved = false;
      for (const { start, to } of finds) {
        if (start < cut && to > cut) {
          cut = start;
          moved = true;
        }
      }
    }
    let shown: string;
    if (cut > 0) {
      const whole = finds.filter(({ to }) => to <= cut);
      const text = part.slice(0, cut);
      shown = keyLines > 0 || PEM_BEGIN.test(text) ? maskNearKey(text, whole) : mask(text, whole);
    } else {
      // All that stands here hangs together with one find that reaches beyond the cut.
      cut = finds.reduce((to, find) => Math.max(to, find.to), 0);
      shown = mask(part.slice(0, cut), finds);
      swallowing = cut === window;
    }
    pending = pending.slice(cut);
    scanned = 0;
    return shown;
  };

  const swallow = (): void => {
    const end = pending.search(/[ \t\r\n"'<>]/);
    if (end !== -1) swallowing = false;
    pending = end === -1 ? '' : pending.slice(end);
    scanned = 0;
  };

  const push = (chunk: Buffer): Buffer => {
    pending += chunk.toString('latin1');
    let shown = '';
    for (;;) {
      if (swallowing) swallow();
      const lines = endOfLines(pending, scanned, window);
      if (lines > 0) {
        shown += maskLines(pending.slice(0, lines));
        pending = pending.slice(lines);
        scanned = 0;
      }
      if (pending.length < window) break;
      shown += takePart();
    }
    scanned = pending.length;
    return Buffer.from(shown, 'latin1');
  };

  const flush = (): Buffer => {
    const shown = maskLines(pending);
    pending = '';
    scanned = 0;
    swallowing = false;
    keyLines = 0;
    return Buffer.from(shown, 'latin1');
  };

  return { push, flush };
}

/** `text` with all that is secret in it masked, as by {@link createMasker}. */
export function maskText(text: string, secrets: readonly string[]): string {
  const masker = createMasker(secrets);
  const shown = masker.push(Buffer.from(text));
  return Buffer.concat([shown, masker.flush()]).toString();
}

/** How far `text` has whole lines, none of them longer than `window`. Before `from` there is no line end. */
function endOfLines(text: string, from: number, window: number): number {
  const lineEnd = /[\r\n]/g;
  lineEnd.lastIndex = from;
  let end = 0;
  for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
    if (match.index - end >= window) break;
    end = match.index + 1;
  }
  return end;
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
