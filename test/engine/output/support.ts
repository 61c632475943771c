import type { Database } from '../../../db/client.ts';
import { type Hold, type TaskRow, takeHold, tasksOf } from '../../../db/runs.ts';
import { type LineWriter, openLineWriter } from '../../../engine/line-writer.ts';
import { readLog } from '../../../engine/output/read-log.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type SeededEnvironment, seedEnvironment } from '../../web/support/seed.ts';

/** A run whose output is written and read, with one task on each of its nodes. */
export interface OutputRun {
  readonly id: number;
  readonly hold: Hold;
  /** Task ids by node. */
  readonly tasks: Readonly<Record<string, number>>;
  writer(secrets?: readonly string[]): LineWriter;
  /** As a process that takes the run over does it, once the hold has run out. */
  takeOver(secrets?: readonly string[]): Promise<LineWriter>;
  task(node: string): Promise<TaskRow>;
  /** How far the output of a node's task is stored. */
  offset(node: string): Promise<number>;
  log(filter?: Parameters<typeof readLog>[2]): Promise<Buffer>;
}

export interface OutputWorld {
  readonly database: Database;
  run(): Promise<OutputRun>;
  close(): Promise<void>;
}

export async function openOutputWorld(nodes: readonly string[]): Promise<OutputWorld> {
  const database = await openTestDatabase();
  const { db, pool } = database;
  const environment: SeededEnvironment = await seedEnvironment(database, 'demo', { nodeNames: nodes });
  let last: { end(...words: ['succeeded', string, 'ready']): Promise<void> } | undefined;
  return {
    database,
    async run() {
      await last?.end('succeeded', 'done', 'ready');
      const run = await environment.run({ kind: 'exec' });
      last = run;
      const taskOf = (node: string) => run.tasks[`greet@${node}`] as number;
      const task = async (node: string) => {
        const found = (await tasksOf(db, run.id)).find(({ id }) => id === taskOf(node));
        if (!found) throw new Error(`there is no task on ${node}`);
        return found;
      };
      return {
        id: run.id,
        hold: run.hold,
        tasks: Object.fromEntries(nodes.map((node) => [node, taskOf(node)])),
        writer: (secrets = []) => openLineWriter(db, run.hold, secrets),
        async takeOver(secrets = []) {
          await pool.query("update runs set hold_expires_at = now() - interval '1 s' where id = $1", [
            run.id,
          ]);
          const hold = await takeHold(db, run.id, 'another', 600);
          if (!hold) throw new Error('the hold could not be taken');
          last = {
            end: async () =>
              void (await pool.query("update runs set state = 'succeeded' where id = $1", [run.id])),
          };
          return openLineWriter(db, hold, secrets);
        },
        task,
        offset: async (node) => (await task(node)).outputOffset,
        async log(filter = {}) {
          const blocks: Buffer[] = [];
          for await (const block of readLog(db, run.id, filter)) blocks.push(block);
          return Buffer.concat(blocks);
        },
      };
    },
    close: () => database.close(),
  };
}

/** `bytes` in pieces that end at these places, taken modulo its length. */
export function inChunks(bytes: Buffer, ends: readonly number[]): { chunk: Buffer; at: number }[] {
  const places = [...new Set([...ends.map((end) => end % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return places.map((place, i) => {
    const at = places[i - 1] ?? 0;
    return { chunk: bytes.subarray(at, place), at };
  });
}
