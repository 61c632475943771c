import type { Queryable } from '../db/client.ts';
import { lastText } from '../db/output.ts';
import type { Hold } from '../db/runs.ts';
import { type SecretPatterns, secretPatterns } from './mask/patterns.ts';
import { createSplitLines } from './mask/split.ts';
import { createMasker } from './mask.ts';
import { createLastLine } from './output/last-line.ts';
import { createRowCutter } from './output/rows.ts';
import { type OutputNotStored, type OutputStore, openOutputStore } from './output/store.ts';

/** Stores the output of a run's tasks, masked, in batches: one transaction for all tasks. */
export interface LineWriter {
  /** The sink of one task's output bytes. `stored`: how many of them an earlier process has stored. */
  open(taskId: number, stored?: number): TaskOutput;
  /** Resolves when everything that was written is stored; rejects with HoldLost or {@link OutputNotStored}. */
  flush(): Promise<void>;
}

export interface TaskOutput {
  /**
   * Takes bytes of the node's output; `offset`: the position of the first one. Returns a promise when the database is behind:
   * give no more before it resolves. Throws HoldLost or {@link OutputNotStored}.
   */
  write(chunk: Buffer, offset: number): Promise<void> | undefined;
  /** A line of our own, beside the node's output. */
  note(line: string): void;
  /** The node's output has ended: the unfinished last line counts as one. Resolves when all of it is stored. */
  end(): Promise<void>;
  /**
   * The last line that is not empty, masked and plain: what a check shows as evidence and a failure as its reason. Known
   * when the output has ended.
   */
  readonly lastLine: string;
}

export function openLineWriter(db: Queryable, hold: Hold, secrets: readonly string[]): LineWriter {
  const patterns = secretPatterns(secrets);
  const store = openOutputStore(db, hold);
  return {
    open: (taskId, stored = 0) =>
      openTaskOutput(taskId, patterns, store, async () => (stored > 0 ? lastText(db, taskId) : '')),
    flush: () => store.stored(),
  };
}

/** `earlier`: the last lines that were stored before. */
function openTaskOutput(
  taskId: number,
  patterns: SecretPatterns,
  store: OutputStore,
  earlier: () => Promise<string>,
): TaskOutput {
  const source = { taskId, cutter: createRowCutter() };
  const split = createSplitLines(patterns);
  const masker = createMasker(patterns);
  const lastLine = createLastLine();
  /** Where in the node's output we are; null before its first byte. */
  let position: number | null = null;
  let inLine = false;

  function add(bytes: Buffer, stops: boolean): void {
    if (bytes.length > 0) inLine = bytes.at(-1) !== 10;
    else if (!stops || !inLine) return;
    lastLine.add(bytes);
    // The masker decides what is stored, so a later process begins where this one's masker would be as new.
    const undecided = masker.undecided + split.held;
    store.add(source, { bytes, stops, offset: position === null ? null : position - undecided });
    if (stops) inLine = false;
  }

  function stop(): void {
    add(Buffer.concat([masker.push(split.flush()), masker.flush()]), true);
  }

  return {
    write(chunk, offset) {
      // Another attempt begins: it does not go on in the last line of the one before.
      if (offset !== position) stop();
      position = offset + chunk.length;
      add(masker.push(split.push(chunk)), false);
      return store.room();
    },
    note(line) {
      stop();
      add(Buffer.concat([masker.push(Buffer.from(`${line}\n`)), masker.flush()]), true);
    },
    async end() {
      stop();
      await store.stored();
      if (lastLine.text() === '') lastLine.add(Buffer.from(await earlier()));
    },
    get lastLine() {
      return lastLine.text();
    },
  };
}
