import { afterEach, expect, it } from 'vitest';
import { openDatabase } from '../../db/client.ts';
import { createPerson, type Person } from '../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack, startSlack } from '../support/slack/server.ts';
import { shown } from '../support/slack/shown.ts';
import { BOT_USER } from '../support/slack/workspace.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = 'C1';
let slack: FakeSlack;
let world: World;
let alice: Person;

afterEach(async () => {
  await world?.close();
  await slack?.close();
});

async function open(): Promise<void> {
  slack = await startSlack();
  slack.workspace.addChannel(ROOM);
  alice = createPerson(slack, 'U1', 'Alice Liddell');
  world = await openWorld({
    slack: { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1 },
    admins: [alice.identity],
  });
}

const PATIENT = { withinMs: 60_000 } as const;
const sees = (part: string) =>
  until(() => posts().some((text) => text.includes(part)), { what: `"${part}"`, ...PATIENT });
const posts = () =>
  (slack.workspace.channels.get(ROOM)?.messages ?? []).filter(({ user }) => user === BOT_USER).map(shown);

it('what a process on Slack took in and could not answer is answered by the next one', {
  timeout: 240_000,
}, async () => {
  await open();
  await alice.mention(ROOM, 'cancel demo');
  await sees('here is no environment demo');
  const database = openDatabase(world.database.connection);
  // As if it had ended between taking it in and answering it.
  await database.pool.query(`update received set answered_at = null;
    alter table audit disable trigger all; delete from audit; alter table audit enable always trigger audit_rows, enable always trigger audit_table`);
  await database.close();
  await world.restart();
  await sees('The bot was restarted before it could answer');
});

it('what is being worked on when the bot is ended is answered before the end, by what came of it', {
  timeout: 240_000,
}, async () => {
  await open();
  const database = openDatabase(world.database.connection);
  // Somebody else holds what the command needs, until the bot has been asked to end.
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query(`select pg_advisory_xact_lock(hashtextextended('sessions', 0))`);
  await alice.mention(ROOM, 'session start essex-day');
  const taken = `select 1 from received where about = 'session start'`;
  await until(async () => (await database.pool.query(taken)).rowCount === 1, {
    what: 'it to be taken in',
    ...PATIENT,
  });
  const restarted = world.restart();
  await client.query('commit');
  client.release();
  await restarted;
  await sees('Session essex-day has begun');
  await database.close();
  expect(posts().filter((text) => text.includes('restarted before'))).toEqual([]);
  expect(posts().filter((text) => text.includes('has begun'))).toHaveLength(1);
  expect(world.said().logged.filter((line) => line.includes('could not be answered'))).toEqual([]);
});
