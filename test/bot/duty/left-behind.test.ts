import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPerson } from '../../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack, startSlack } from '../../support/slack/server.ts';
import { BOT_USER } from '../../support/slack/workspace.ts';
import { until } from '../../support/until.ts';
import { openWorld, type World } from '../../support/world.ts';

const ROOM = 'C1';
/** Of these eight are worked on at a time, and the others wait. */
const PEOPLE = 30;
let slack: FakeSlack;
let world: World;
let database: pg.Client;

beforeAll(async () => {
  slack = await startSlack();
  slack.workspace.addChannel(ROOM);
  world = await openWorld({
    slack: { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1 },
  });
  database = new pg.Client(world.database.connection);
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await world?.close();
  await slack?.close();
});

it('what Slack told of while the process lost its duty to nobody is answered when it has it again', async () => {
  const people = Array.from({ length: PEOPLE }, (_, index) =>
    createPerson(slack, `U${index + 10}`, `Person ${index}`),
  );
  const logged = (pattern: RegExp) => world.said().logged.some((line) => pattern.test(line));
  // As a database does that is far too busy: the duty cannot be renewed in time, nor can anything be written under it.
  await database.query('begin');
  await database.query(`select from duties where name = 'chat:slack' for update`);
  const mentions = await Promise.all(people.map((person) => person.mention(ROOM, 'whoami')));
  await until(() => logged(/^chat:slack: another process has it/), {
    what: 'the duty to be lost',
    withinMs: 30_000,
  });
  await database.query('commit');

  const answers = (ts: string) =>
    (slack.workspace.channels.get(ROOM)?.messages ?? []).filter(
      ({ user, thread_ts }) => user === BOT_USER && thread_ts === ts,
    ).length;
  await until(() => mentions.every(({ said }) => answers(said.ts) > 0), {
    what: 'an answer to each',
    withinMs: 90_000,
  });
  expect(mentions.map(({ said }) => answers(said.ts))).toEqual(mentions.map(() => 1));
}, 150_000);
