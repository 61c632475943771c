import type { Readable } from 'node:stream';

/** Reads a byte stream in which lines alternate with raw bytes up to a mark. Both methods resolve to null at the end. */
export interface AnswerReader {
  /** Skips to the next `<mark> ` and resolves to the rest of that line. */
  line(mark: string): Promise<string | null>;
  /** Passes on the bytes before the next `<mark> ` and resolves to the rest of the mark's line. Waits for `pass`: backpressure. */
  bytes(mark: string, pass: (chunk: Buffer) => void | Promise<void>): Promise<string | null>;
}

/** No line of ours is longer than a process's command line; a stream without a line end is not kept in memory. */
const LONGEST_LINE = 256 * 1024;

export function createAnswerReader(stream: Readable): AnswerReader {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function more(): Promise<boolean> {
    const next = await chunks.next();
    if (next.done) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  }

  async function restOfLine(): Promise<string | null> {
    let searched = 0;
    for (;;) {
      const end = held.indexOf(0x0a, searched);
      if (end !== -1 || held.length > LONGEST_LINE) {
        const line = held.toString('utf8', 0, end === -1 ? LONGEST_LINE : end);
        held = held.subarray(end === -1 ? LONGEST_LINE : end + 1);
        return line;
      }
      searched = held.length;
      if (!(await more())) return null;
    }
  }

  async function bytes(mark: string, pass: (chunk: Buffer) => void | Promise<void>): Promise<string | null> {
    const needle = Buffer.from(`${mark} `, 'latin1');
    for (;;) {
      const at = held.indexOf(needle);
      const free = at === -1 ? held.length - startOf(needle, held) : at;
      if (free > 0) {
        const chunk = held.subarray(0, free);
        held = held.subarray(free);
        const wait = pass(chunk);
        if (wait) await wait;
      }
      if (at !== -1) {
        held = held.subarray(needle.length);
        return restOfLine();
      }
      if (!(await more())) return null;
    }
  }

  return { bytes, line: (mark) => bytes(mark, () => {}) };
}

/** How many bytes at the end of `buffer` may be the start of `needle`. */
function startOf(needle: Buffer, buffer: Buffer): number {
  for (let length = Math.min(needle.length - 1, buffer.length); length > 0; length--) {
    if (needle.subarray(0, length).equals(buffer.subarray(buffer.length - length))) return length;
  }
  return 0;
}
