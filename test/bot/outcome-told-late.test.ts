import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLinks } from '../../bot/links.ts';
import { startNotifier } from '../../bot/notifier.ts';
import { takeDuty } from '../../db/duties.ts';
import { insertEnvironment } from '../../db/environments.ts';
import { appendEvent, CHANNELS } from '../../db/events.ts';
import { type Listener, openListener } from '../../db/listen.ts';
import { insertRun, reopenRun } from '../../db/runs.ts';
import { outbox } from '../../db/schema.ts';
import { databaseForTests } from '../support/database.ts';
import { environmentRow, runRow } from '../support/replies/rows.ts';
import { until } from '../support/until.ts';

const database = databaseForTests();
let listener: Listener;

beforeAll(async () => {
  listener = await openListener(database.connection, Object.values(CHANNELS));
});
afterAll(() => listener?.close());

it('who asked for a run is told how it ended, though somebody else retries it before that', async () => {
  const { db } = database;
  const environment = await insertEnvironment(db, environmentRow({ state: 'cancelled' }));
  const ended = { state: 'cancelled', summary: 'by bob, after 2 s; nothing of it runs any more' } as const;
  const run = await insertRun(db, runRow({ ...ended, channel: 'slack:T1/DALICE' }), []);
  await appendEvent(db, {
    kind: 'run.ended',
    runId: run.id,
    environmentId: environment.id,
    channel: run.channel,
    data: { ...ended, kind: run.kind, environment: environment.name, asker: null },
  });
  await reopenRun(db, run, { channel: 'slack:T1/C2', requester: 'carol' });

  const duty = await takeDuty(db, 'notifier', 'test', 86_400);
  if ('heldBy' in duty) throw new Error('somebody else has the duty');
  const log: string[] = [];
  const notifier = startNotifier({
    ...{ database, listener, duty, links: createLinks('http://127.0.0.1:8080') },
    now: () => new Date(),
    log: (line) => log.push(line),
  });
  const said = await until(
    async () => {
      const rows = await db.select().from(outbox);
      return rows.length > 0 ? rows : undefined;
    },
    { what: 'the outcome to be told' },
  );
  await notifier.stop();
  expect(said.map(({ channel }) => channel)).toEqual(['slack:T1/DALICE']);
  const [text = ''] = said.map(({ message }) => (message as { text: string }).text);
  expect(text).toMatch(
    /^ex cancelled: provision by bob, after 2 s; nothing of it runs any more. Go on: retry ex/,
  );
  expect(log).toEqual([]);
});
