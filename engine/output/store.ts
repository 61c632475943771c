import type { Queryable } from '../../db/client.ts';
import { appendOutput } from '../../db/output.ts';
import type { Hold } from '../../db/runs.ts';
import type { RowCutter } from './rows.ts';

/** One task's output, as the store knows it. */
export interface Source {
  readonly taskId: number;
  readonly cutter: RowCutter;
}

/** Masked bytes of a task. */
export interface Part {
  readonly bytes: Buffer;
  /** Nothing follows that belongs to the last line. */
  readonly stops: boolean;
  /** Bytes of the node's output that are stored with this one; null: it is not of the node's. */
  readonly offset: number | null;
}

/** Stores the output of all tasks of a run in batches, one transaction after the other. */
export interface OutputStore {
  /** Throws what storing failed with: nothing more is stored then. */
  add(source: Source, part: Part): void;
  /** Resolves when there is room for more; nothing when there is room now. Never rejects. */
  room(): Promise<void> | undefined;
  /** Resolves when all that was added is stored, and hurries; rejects when that failed (hold lost, database away). */
  stored(): Promise<void>;
}

/** Something new is stored within this time; when it goes on coming, in fewer and larger transactions. */
const FIRST_MS = 20;
const NEXT_MS = 100;
/** So much is stored at once, without waiting for more. */
const BATCH_BYTES = 1024 * 1024;
/** Bytes not stored yet, over all tasks, from which on no more are taken. */
const MOST_BYTES = 4 * BATCH_BYTES;

interface Batch {
  readonly parts: Map<Source, Part[]>;
  bytes: number;
  readonly done: Promise<void>;
  readonly settle: { resolve(): void; reject(error: unknown): void };
}

export function openOutputStore(db: Queryable, hold: Hold): OutputStore {
  let next: Batch | null = null;
  let current: Batch | null = null;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  let hurry = false;
  let lastStored = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: unknown } | null = null;
  const waiting: (() => void)[] = [];

  const unstored = () => (next?.bytes ?? 0) + (current?.bytes ?? 0);
  const isFull = () => failure === null && unstored() >= MOST_BYTES;

  /** Starts the next transaction, now or when it is time; one that is under way does so at its end. */
  function schedule(): void {
    if (current || !next) return;
    // What is added in the same turn goes along.
    if (hurry || next.bytes >= BATCH_BYTES) soon ??= setImmediate(() => void begin());
    else
      timer ??= setTimeout(() => void begin(), performance.now() - lastStored < NEXT_MS ? NEXT_MS : FIRST_MS);
  }

  async function begin(): Promise<void> {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = undefined;
    soon = undefined;
    if (current || !next) return;
    const batch: Batch = next;
    current = batch;
    next = null;
    hurry = false;
    try {
      if (failure) throw failure.error;
      await appendOutput(db, hold, [...batch.parts].map(rowsOf));
      batch.settle.resolve();
    } catch (error) {
      failure ??= { error };
      batch.settle.reject(error);
    }
    current = null;
    lastStored = performance.now();
    if (!isFull()) for (const resume of waiting.splice(0)) resume();
    schedule();
  }

  return {
    add(source, part) {
      if (failure) throw failure.error;
      next ??= openBatch();
      const parts = next.parts.get(source);
      if (parts) parts.push(part);
      else next.parts.set(source, [part]);
      next.bytes += part.bytes.length;
      schedule();
    },
    room() {
      if (!isFull()) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
    async stored() {
      if (failure) throw failure.error;
      const last = next ?? current;
      if (next) hurry = true;
      schedule();
      await last?.done;
    },
  };
}

function openBatch(): Batch {
  let settle: Batch['settle'] = { resolve() {}, reject() {} };
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever asks is told; a failure is kept for those who ask later.
  done.catch(() => {});
  return { parts: new Map(), bytes: 0, done, settle };
}

/** The rows of what came from a task since the last transaction. */
function rowsOf([{ taskId, cutter }, parts]: [Source, readonly Part[]]) {
  const rows = [];
  let together: Buffer[] = [];
  for (const { bytes, stops } of parts) {
    together.push(bytes);
    if (!stops) continue;
    rows.push(...cutter.cut(Buffer.concat(together), true));
    together = [];
  }
  if (together.length > 0) rows.push(...cutter.cut(Buffer.concat(together), false));
  const offset = parts.findLast((part) => part.offset !== null)?.offset ?? null;
  return { taskId, rows, offset };
}
