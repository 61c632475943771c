import type { Database } from '../db/client.ts';
import { updateNode } from '../db/environments.ts';
import { appendEvent } from '../db/events.ts';
import type { Hold } from '../db/runs.ts';
import { announceSlots } from '../db/slots.ts';
import { keepHold, type TaskProgress, writeProgress } from '../db/tasks.ts';

/** What became of a task of the run. */
export interface Entry {
  readonly task: TaskProgress;
  /** The node could not be dealt with. */
  readonly brokeNode?: number;
  /** Slots of this pool's governor have become free. */
  readonly freed?: string | null;
}

/** Writes down what happens in a held run, always before anything follows from it. */
export interface Journal {
  /**
   * Resolves once the entry is committed, its event with it. What comes while a transaction is under way goes together into
   * the next one: 500 nodes that answer at once cost a few transactions. Rejects with HoldLost under an old generation.
   */
  write(entry: Entry): Promise<void>;
}

interface Batch {
  readonly entries: Entry[];
  readonly done: Promise<void>;
  readonly settle: { resolve(): void; reject(error: unknown): void };
}

export function openJournal(database: Database, hold: Hold, environmentId: number): Journal {
  let next: Batch | null = null;
  let committing = false;

  async function commitAll(): Promise<void> {
    while (next) {
      const batch: Batch = next;
      next = null;
      await commit(batch.entries).then(batch.settle.resolve, batch.settle.reject);
    }
    committing = false;
  }

  function commit(entries: readonly Entry[]): Promise<void> {
    // The latest word on a task counts: it may have ended in the transaction that was to say that it began.
    const changed = new Map(entries.map(({ task }) => [task.id, task]));
    const broke = new Set(entries.flatMap(({ brokeNode }) => brokeNode ?? []));
    const freed = new Set(entries.flatMap(({ freed }) => freed ?? []));
    return database.db.transaction(async (tx) => {
      await keepHold(tx, hold);
      await writeProgress(tx, hold, [...changed.values()]);
      for (const node of broke) await updateNode(tx, hold, node, { state: 'broke' });
      for (const pool of freed) await announceSlots(tx, pool);
      await appendEvent(tx, {
        kind: 'tasks.changed',
        runId: hold.runId,
        environmentId,
        data: statesOf(changed.values()),
      });
    });
  }

  return {
    write(entry) {
      next ??= openBatch();
      const { entries, done } = next;
      entries.push(entry);
      if (!committing) {
        committing = true;
        // What is written in the same turn goes along.
        setImmediate(() => void commitAll());
      }
      return done;
    },
  };
}

/** State → how many tasks have come to it. */
function statesOf(changed: Iterable<TaskProgress>): Record<string, number> {
  const states: Record<string, number> = {};
  for (const { state } of changed) states[state] = (states[state] ?? 0) + 1;
  return states;
}

function openBatch(): Batch {
  let settle: Batch['settle'] = { resolve() {}, reject() {} };
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  done.catch(() => {});
  return { entries: [], done, settle };
}
