import type { Queryable } from '../db/client.ts';
import { appendOutput, type OutputBatch } from '../db/output.ts';
import type { Hold } from '../db/runs.ts';
import { createMasker } from './mask.ts';

/** Longer lines are cut into pieces of this many bytes. */
const MAX_LINE_BYTES = 64 * 1024;
const FLUSH_MS = 50;

/** Stores the output of a run's tasks as masked lines, in batches: one transaction for all tasks. */
export interface LineWriter {
  /** The sink of one task's output bytes. */
  open(taskId: number): TaskOutput;
  /** Resolves when everything that was written is stored; rejects when storing failed (hold lost, database away). */
  flush(): Promise<void>;
}

export interface TaskOutput {
  write(chunk: Buffer, offset: number): void;
  /** A line of our own, beside the node's output. */
  note(line: string): void;
  /** The task has ended: the unfinished last line counts as one. Resolves when all of it is stored. */
  end(): Promise<void>;
  /** The last line that is not empty, masked: what a check shows as evidence and a failure as its reason. */
  readonly lastLine: string;
  /** The last lines, masked, at most 200. */
  readonly tail: readonly string[];
}

const TAIL_LINES = 200;

export function openLineWriter(db: Queryable, hold: Hold, secrets: readonly string[]): LineWriter {
  let pending = new Map<number, { lines: string[]; offset: number }>();
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();
  let failure: unknown;

  function store(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (pending.size > 0) {
      const batches: OutputBatch[] = [...pending].map(([taskId, batch]) => ({ taskId, ...batch }));
      pending = new Map();
      storing = storing.then(() => appendOutput(db, hold, batches));
      storing.catch((error: unknown) => {
        failure ??= error;
      });
    }
    return storing;
  }

  function add(taskId: number, lines: readonly string[], offset: number): void {
    if (failure) return;
    const batch = pending.get(taskId) ?? { lines: [], offset };
    batch.lines.push(...lines);
    batch.offset = offset;
    pending.set(taskId, batch);
    timer ??= setTimeout(() => void store().catch(() => {}), FLUSH_MS);
  }

  return {
    open(taskId) {
      const masker = createMasker(secrets);
      const tail: string[] = [];
      let rest: Buffer = Buffer.alloc(0);
      let masked: Buffer = Buffer.alloc(0);
      let offset = 0;

      function take(bytes: Buffer): void {
        masked = masked.length === 0 ? bytes : Buffer.concat([masked, bytes]);
        const lines: string[] = [];
        let from = 0;
        for (let end = masked.indexOf(10); end >= 0; end = masked.indexOf(10, from)) {
          lines.push(toText(masked.subarray(from, end)));
          from = end + 1;
        }
        masked = masked.subarray(from);
        keep(lines);
      }

      function keep(lines: readonly string[]): void {
        add(taskId, lines, offset);
        tail.push(...lines.slice(-TAIL_LINES));
        tail.splice(0, Math.max(0, tail.length - TAIL_LINES));
      }

      return {
        write(chunk, at) {
          // Whole lines go through the masker together with the offset behind them, so that a later process resumes
          // at the start of a line.
          const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
          const start = at - rest.length;
          let end = bytes.lastIndexOf(10) + 1;
          if (end === 0 && bytes.length > MAX_LINE_BYTES) end = bytes.length;
          rest = Buffer.from(bytes.subarray(end));
          if (end === 0) return;
          offset = start + end;
          take(masker.push(bytes.subarray(0, end)));
        },
        note(line) {
          keep([line]);
        },
        async end() {
          offset += rest.length;
          take(Buffer.concat([masker.push(rest), masker.flush()]));
          rest = Buffer.alloc(0);
          if (masked.length > 0) keep([toText(masked)]);
          masked = Buffer.alloc(0);
          await store();
        },
        get lastLine() {
          return tail.findLast((line) => line.trim() !== '')?.trim() ?? '';
        },
        tail,
      };
    },
    async flush() {
      await store();
      if (failure) throw failure;
    },
  };
}

/** PostgreSQL text holds no NUL; what is not UTF-8 shows as U+FFFD. */
function toText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '\uFFFD').replace(/\r$/, '');
}
