import type { Readable } from 'node:stream';

/** Receives bytes; while its promise is pending, nothing more is read. */
export type Pass = (chunk: Buffer) => void | Promise<void>;

/** Reads a byte stream in which lines alternate with raw bytes up to a mark. */
export interface AnswerReader {
  /**
   * Passes on the bytes before the first `<mark> ` of any of these marks (all of one length), and resolves to that mark
   * and the rest of its line; to null when the stream ends before. `marks` is asked again for each chunk.
   */
  bytes(marks: () => readonly string[], pass: Pass): Promise<{ mark: string; rest: string } | null>;
  /** Skips to the next `<mark> ` and resolves to the rest of that line; to null when the stream ends before. */
  line(mark: string): Promise<string | null>;
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

  function cut(length: number): Buffer {
    const first = held.subarray(0, length);
    held = held.subarray(length);
    return first;
  }

  async function restOfLine(): Promise<string | null> {
    let searched = 0;
    for (;;) {
      const end = held.indexOf(0x0a, searched);
      if (end !== -1) return cut(end + 1).toString('utf8', 0, end);
      if (held.length > LONGEST_LINE) return cut(LONGEST_LINE).toString('utf8');
      searched = held.length;
      if (!(await more())) return null;
    }
  }

  async function bytes(marks: () => readonly string[], pass: Pass) {
    for (;;) {
      const needles = marks().map((mark) => Buffer.from(`${mark} `, 'latin1'));
      const hit = firstOf(needles, held);
      const free = hit ? hit.at : held.length - Math.max(...needles.map((needle) => startOf(needle, held)));
      if (free > 0) {
        const wait = pass(cut(free));
        if (wait) await wait;
      }
      if (hit) {
        const mark = cut(hit.needle.length).toString('latin1').trimEnd();
        const rest = await restOfLine();
        return rest === null ? null : { mark, rest };
      }
      if (!(await more())) return null;
    }
  }

  return {
    bytes,
    line: async (mark) =>
      (
        await bytes(
          () => [mark],
          () => {},
        )
      )?.rest ?? null,
  };
}

function firstOf(needles: readonly Buffer[], buffer: Buffer): { at: number; needle: Buffer } | undefined {
  return needles
    .map((needle) => ({ needle, at: buffer.indexOf(needle) }))
    .filter(({ at }) => at !== -1)
    .sort((one, two) => one.at - two.at)[0];
}

/** How many bytes at the end of `buffer` may be the start of `needle`. */
function startOf(needle: Buffer, buffer: Buffer): number {
  for (let length = Math.min(needle.length - 1, buffer.length); length > 0; length--) {
    if (needle.subarray(0, length).equals(buffer.subarray(buffer.length - length))) return length;
  }
  return 0;
}
