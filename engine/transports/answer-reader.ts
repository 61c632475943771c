import type { Readable } from 'node:stream';

/** Receives bytes; while its promise is pending, nothing more is read. */
export type Pass = (chunk: Buffer) => void | Promise<void>;

/** What a stretch of raw bytes ends with: `<text> `. */
export interface Mark {
  readonly text: string;
  readonly needle: Buffer;
}

export const markOf = (text: string): Mark => ({ text, needle: Buffer.from(`${text} `, 'latin1') });

/** Reads a byte stream in which lines alternate with raw bytes up to a mark. One question at a time. */
export interface AnswerReader {
  /**
   * Passes on the bytes before the first of these marks, and resolves to that mark and the rest of its line; to null when the
   * stream ends before. Marks that are added to the array meanwhile count from the next bytes on.
   */
  bytes(marks: readonly Mark[], pass: Pass): Promise<{ mark: Mark; rest: string } | null>;
  /** The same without what is before the mark. */
  line(marks: readonly Mark[]): Promise<{ mark: Mark; rest: string } | null>;
}

/** No line of ours is longer than a process's command line; a stream without a line end is not kept in memory. */
const LONGEST_LINE = 256 * 1024;

const NOTHING = Buffer.alloc(0);

interface Question {
  readonly marks: readonly Mark[];
  readonly pass: Pass;
  readonly resolve: (found: { mark: Mark; rest: string } | null) => void;
  readonly reject: (error: unknown) => void;
  /** The mark was met: its line is being read. */
  met: Mark | null;
}

export function createAnswerReader(stream: Readable): AnswerReader {
  /** What has come and cannot be passed on yet: the beginning of a mark or of a line, or what nobody has asked for. */
  let held: Buffer = NOTHING;
  let question: Question | null = null;
  let passing = false;
  let ended = false;

  stream.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (question === null) stream.pause();
    else read();
  });
  for (const end of ['end', 'close', 'error']) {
    stream.on(end, () => {
      ended = true;
      if (!passing) read();
    });
  }

  /** Goes on as far as the bytes reach that are here. */
  function read(): void {
    while (question !== null && !passing) {
      if (question.met ? readRest(question, question.met) : readUpToMark(question)) continue;
      if (ended && !passing) settle(question, null);
      return;
    }
  }

  /** False: more bytes are needed. */
  function readUpToMark(asked: Question): boolean {
    const { at, mark } = firstOf(asked.marks, held);
    if (at > 0) give(asked, cut(at));
    if (!mark) return false;
    cut(mark.needle.length);
    asked.met = mark;
    return true;
  }

  function readRest(asked: Question, mark: Mark): boolean {
    const end = held.indexOf(0x0a);
    if (end === -1 && held.length <= LONGEST_LINE) return false;
    const rest = (end === -1 ? cut(LONGEST_LINE) : cut(end + 1)).toString('utf8');
    settle(asked, { mark, rest: rest.endsWith('\n') ? rest.slice(0, -1) : rest });
    return true;
  }

  function give(asked: Question, bytes: Buffer): void {
    try {
      const wait = asked.pass(bytes);
      if (!wait) return;
      passing = true;
      stream.pause();
      wait.then(
        () => {
          passing = false;
          stream.resume();
          read();
        },
        (error: unknown) => fail(asked, error),
      );
    } catch (error) {
      fail(asked, error);
    }
  }

  function settle(asked: Question, found: { mark: Mark; rest: string } | null): void {
    question = null;
    asked.resolve(found);
  }

  function fail(asked: Question, error: unknown): void {
    question = null;
    passing = false;
    asked.reject(error);
  }

  function cut(length: number): Buffer {
    const first = held.subarray(0, length);
    held = length === held.length ? NOTHING : held.subarray(length);
    return first;
  }

  function bytes(marks: readonly Mark[], pass: Pass) {
    return new Promise<{ mark: Mark; rest: string } | null>((resolve, reject) => {
      question = { marks, pass, resolve, reject, met: null };
      if (stream.isPaused()) stream.resume();
      read();
    });
  }

  return { bytes, line: (marks) => bytes(marks, () => {}) };
}

/** Where the first of the marks is, or else where one may have begun. */
function firstOf(marks: readonly Mark[], buffer: Buffer): { at: number; mark: Mark | null } {
  let at = buffer.length;
  let found: Mark | null = null;
  for (const mark of marks) {
    const hit = buffer.indexOf(mark.needle);
    if (hit === -1 || hit >= at) continue;
    at = hit;
    found = mark;
  }
  if (found) return { at, mark: found };
  for (const { needle } of marks) at = Math.min(at, buffer.length - startOf(needle, buffer));
  return { at, mark: null };
}

/** How many bytes at the end of `buffer` may be the start of `needle`. */
function startOf(needle: Buffer, buffer: Buffer): number {
  const first = needle[0];
  const from = Math.max(0, buffer.length - needle.length + 1);
  for (let at = from; at < buffer.length; at++) {
    if (buffer[at] === first && needle.compare(buffer, at, buffer.length, 0, buffer.length - at) === 0)
      return buffer.length - at;
  }
  return 0;
}
