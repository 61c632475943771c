import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { startSweep } from '../../bot/sweep.ts';
import { outbox, output, received, runs } from '../../db/schema.ts';
import { databaseForTests } from '../support/database.ts';
import { until } from '../support/until.ts';

const database = databaseForTests();

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60_000);

it('removes what is old, in batches, and nothing that still waits or is young', async () => {
  const { db } = database;
  await db.execute(sql`
    insert into environments (name, blueprint, pool, state, params, secrets)
    values ('demo', 'hello', 'lab', 'ready', '{}', '{}')`);
  for (const endedAt of [daysAgo(31), daysAgo(29), null]) {
    const state = endedAt ? 'succeeded' : 'running';
    await db.insert(runs).values({
      environmentId: 1,
      kind: 'verify',
      state,
      command: 'verify demo',
      blueprint: {},
      requester: 'alice',
      channel: 'console:local',
      endedAt,
    });
  }
  await db.execute(sql`
    insert into output (run_id, task_id, text) select 1 + n % 3, 1, 'line' from generate_series(1, 18000) n`);
  const message = { adapter: 'fake', channel: 'fake/C1', message: { text: 'x' } };
  await db.insert(outbox).values([
    { ...message, state: 'sent', createdAt: daysAgo(8) },
    { ...message, state: 'pending', createdAt: daysAgo(8) },
    { ...message, state: 'sent', createdAt: daysAgo(6) },
  ]);
  for (const days of [8, 6]) {
    await db.insert(received).values({ adapter: 'fake', messageId: `m${days}`, at: daysAgo(days) });
  }

  const log: string[] = [];
  const keep = { messageDays: 7, outputDays: 30 };
  const sweep = startSweep({ database, keep, log: (line) => log.push(line) });
  await until(() => log.length === 2, { what: 'two lines in the log' });
  await sweep.stop();

  expect(log).toEqual([
    'removed 2 messages of the chats older than 7 days',
    'removed the output of runs that ended more than 30 days ago',
  ]);
  expect((await db.select().from(outbox)).map(({ state }) => state).sort()).toEqual(['pending', 'sent']);
  expect((await db.select().from(received)).map(({ messageId }) => messageId)).toEqual(['m6']);
  const left = await db.selectDistinct({ run: output.runId }).from(output);
  expect(left.map(({ run }) => run).sort()).toEqual([2, 3]);
});
