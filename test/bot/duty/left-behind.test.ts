import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPerson } from '../../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack, startSlack } from '../../support/slack/server.ts';
import { BOT_USER } from '../../support/slack/workspace.ts';
import { until } from '../../support/until.ts';
import { openWorld, type World } from '../../support/world.ts';

const ROOM = 'C1';
const PEOPLE = 30;
/** So many of them are worked on at a time, and the others wait. */
const AT_ONCE = 8;
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
  await Promise.all(people.map((person) => person.mention(ROOM, 'whoami')));
  await until(() => logged(/^chat:slack: another process has it/), {
    what: 'the duty to be lost',
    withinMs: 30_000,
  });
  await database.query('commit');

  const answers = () =>
    (slack.workspace.channels.get(ROOM)?.messages ?? [])
      .filter(({ user }) => user === BOT_USER)
      .map(({ text }) => text);
  await until(() => answers().length >= PEOPLE, { what: 'an answer to each', withinMs: 90_000 });
  const answered = answers().filter((text) => /^You are Person/.test(text));
  // Of those that were being worked on nobody knows how far they had come.
  const cutOff = answers().filter((text) => /could answer "whoami/.test(text));
  expect(answered.length + cutOff.length).toBe(PEOPLE);
  expect(new Set(answered).size).toBe(answered.length);
  expect(cutOff.length).toBeLessThanOrEqual(AT_ONCE);
}, 150_000);
