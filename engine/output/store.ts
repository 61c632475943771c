import type { Queryable } from '../../db/client.ts';
import { appendOutput } from '../../db/output.ts';
import { reasonOf } from '../../db/query-error.ts';
import { type Hold, HoldLost } from '../../db/runs.ts';
import type { RowCutter } from './rows.ts';

/** The database did not take a run's output. Whoever takes the run over reads it again from where it is stored. */
export class OutputNotStored extends Error {
  constructor(hold: Hold, cause: unknown) {
    super(`run ${hold.runId}: its output could not be stored: ${reasonOf(cause)}`, { cause });
    this.name = 'OutputNotStored';
  }
}

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
  /** Throws {@link HoldLost} or {@link OutputNotStored} when storing has failed: nothing more is stored then. */
  add(source: Source, part: Part): void;
  /** Resolves when there is room for more; nothing when there is room now. Never rejects. */
  room(): Promise<void> | undefined;
  /** Resolves when all that was added is stored, and hurries; rejects when that failed, as `add`. */
  stored(): Promise<void>;
}

/** Something new is stored within this time; when it goes on coming, in fewer and larger transactions. */
const FIRST_MS = 20;
const NEXT_MS = 100;
/** So much is one transaction, and does not wait for more. */
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
  /** Oldest first; the last one may still grow, and the first one is under way while we are `storing`. */
  const batches: Batch[] = [];
  let unstored = 0;
  let storing = false;
  let hurry = false;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  let lastStored = Number.NEGATIVE_INFINITY;
  let failure: HoldLost | OutputNotStored | null = null;
  let waiting: (() => void)[] = [];

  const isFull = () => failure === null && unstored >= MOST_BYTES;

  /** Starts the next transaction, now or when it is time; one that is under way does so at its end. */
  function schedule(): void {
    if (storing || batches.length === 0) return;
    // What is added in the same turn goes along.
    if (hurry || unstored >= BATCH_BYTES) soon ??= setImmediate(() => void store());
    else
      timer ??= setTimeout(() => void store(), performance.now() - lastStored < NEXT_MS ? NEXT_MS : FIRST_MS);
  }

  async function store(): Promise<void> {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = undefined;
    soon = undefined;
    const [batch] = batches;
    if (!batch) return;
    storing = true;
    if (batches.length === 1) hurry = false;
    try {
      if (failure) throw failure;
      await appendOutput(db, hold, [...batch.parts].map(rowsOf));
      batch.settle.resolve();
    } catch (error) {
      failure ??= error instanceof HoldLost ? error : new OutputNotStored(hold, error);
      batch.settle.reject(failure);
    }
    batches.shift();
    unstored -= batch.bytes;
    storing = false;
    lastStored = performance.now();
    if (!isFull()) {
      for (const resume of waiting) resume();
      waiting = [];
    }
    schedule();
  }

  /** The one that what comes now goes into: not one that is under way, or large enough. */
  function growing(): Batch {
    const last = batches.at(-1);
    if (last && last.bytes < BATCH_BYTES && !(storing && batches.length === 1)) return last;
    const next = openBatch();
    batches.push(next);
    return next;
  }

  return {
    add(source, part) {
      if (failure) throw failure;
      const batch = growing();
      const parts = batch.parts.get(source);
      if (parts) parts.push(part);
      else batch.parts.set(source, [part]);
      batch.bytes += part.bytes.length;
      unstored += part.bytes.length;
      schedule();
    },
    room() {
      if (!isFull()) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
    async stored() {
      if (failure) throw failure;
      hurry = batches.length > (storing ? 1 : 0);
      schedule();
      await batches.at(-1)?.done;
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
