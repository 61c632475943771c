import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Block } from '../../adapters/message.ts';
import { findEnvironment } from '../../db/environments.ts';
import { appendEvent } from '../../db/events.ts';
import { latestRuns, tasksWithNodes } from '../../db/runs.ts';
import { type Floor, IRC, openFloor } from './sessions/floor.ts';

const BOSS = 'irc:lab/boss';

let floor: Floor;
beforeAll(async () => {
  floor = await openFloor({ admins: [BOSS], environments: [] });
  await floor.say(BOSS, 'provision demo from trial node=3');
  await floor.endRun('demo');
});
afterAll(() => floor?.close());

/** What is told of a command that printed numbers up to so many on each of these nodes, one node after the other. */
async function told(printed: Readonly<Record<string, number>>): Promise<readonly Block[]> {
  const { database } = floor;
  await floor.say(BOSS, 'run demo -- seq 1 "$MANY"');
  const environment = await findEnvironment(database.db, 'demo');
  const [run] = await latestRuns(database.db, environment?.id ?? 0, 1);
  if (!environment || !run) throw new Error('nothing was started on demo');
  for (const { id, node } of await tasksWithNodes(database.db, run.id))
    await database.pool.query(
      `insert into output (run_id, task_id, text)
       select $1, $2, string_agg(n::text, E'\\n' order by n) from generate_series(1, $3::int) n group by n / 1000 order by n / 1000`,
      [run.id, id, printed[node] ?? 0],
    );
  await floor.endRun('demo');
  await appendEvent(database.db, {
    ...{ kind: 'run.ended', runId: run.id, environmentId: environment.id, channel: IRC },
    data: { state: 'succeeded', summary: null, kind: 'exec', environment: 'demo' },
  });
  await floor.hears(new RegExp(`^demo: command done on 3 nodes \\S+/runs/${run.id}$`));
  const { rows } = await database.pool.query(
    `select message->'blocks' as blocks from outbox where message->>'kind' = 'outcome' order by id desc limit 1`,
  );
  return rows[0].blocks;
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at).join('\n');

it('of much output the last lines are told, and of how many they are', async () => {
  expect(await told({ 'node-1': 2, 'node-2': 50, 'node-3': 100_001 })).toMatchObject([
    { type: 'text', text: 'node-1:' },
    { type: 'code', text: numbers(1, 2) },
    { type: 'text', text: 'node-2, the last 40 of 50 lines:' },
    { type: 'code', text: numbers(11, 50) },
    { type: 'text', text: 'node-3, the last 40 of 100001 lines:' },
    { type: 'code', text: numbers(99_962, 100_001) },
  ]);
});

it('nodes that printed the same are told together, and one that printed nothing as that', async () => {
  expect(await told({ 'node-1': 3, 'node-3': 3 })).toMatchObject([
    { type: 'text', text: 'node-1, node-3:' },
    { type: 'code', text: numbers(1, 3) },
    { type: 'text', text: 'node-2: no output' },
  ]);
});
