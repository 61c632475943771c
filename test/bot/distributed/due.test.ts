import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../../bot/app.ts';
import { packageRoot } from '../../../bot/config/package-root.ts';
import type { Config } from '../../../bot/config.ts';
import { CHANNELS, notify } from '../../../db/events.ts';
import { databaseForTests } from '../../support/database.ts';
import type { Person } from '../../support/discord/person.ts';
import { type Discord, shownText, startDiscord } from '../../support/discord/server.ts';
import { until } from '../../support/until.ts';

/** Two bots on one database, in a channel of Discord: what is due by time alone happens once, whichever of them does it. */

const MINUTE = 60_000;

const database = databaseForTests();
let discord: Discord;
let data: string;
let alice: Person;
let bob: Person;
const apps: App[] = [];
const logged: string[] = [];
let time = Date.parse('2031-03-13T09:00:00Z');

beforeAll(async () => {
  discord = await startDiscord();
  alice = discord.person('alice');
  bob = discord.person('bob');
  data = await mkdtemp(join(tmpdir(), 'deployday-due-'));
  await database.pool.query(
    `insert into environments (name, blueprint, pool, state, params, secrets) values ('ex', 'hello', 'rack', 'ready', '{}', '{}')`,
  );
  for (let at = 0; at < 2; at++) await startBot();
});
afterAll(async () => {
  for (const app of apps) await app.stop();
  await discord?.end();
  if (data) await rm(data, { recursive: true, force: true });
});

async function startBot(): Promise<void> {
  const config: Config = {
    file: null,
    data,
    http: { host: '127.0.0.1', port: 0, publicUrl: 'http://day.example' },
    console: false,
    irc: [],
    discord: { token: discord.token, apiUrl: discord.apiUrl },
    admins: [`discord:${alice.user.id}`],
    pools: [
      {
        pool: 'rack',
        provider: 'ssh',
        user: 'root',
        privateKey: '',
        hostKeys: 'first-use',
        heavySlots: 1,
        nodes: [],
      },
    ],
    blueprints: [join(packageRoot(), 'blueprints')],
    databaseUrl: database.url,
    redisUrl: null,
    logLevel: 'info',
    warnings: [],
  };
  const log = (line: string) => void logged.push(line);
  apps.push(
    await createApp({
      config,
      packageRoot: packageRoot(),
      version: '0.0.0-test',
      role: 'bot',
      terminal: null,
      say: log,
      log: { info: log, warn: log, error: log },
      now: () => new Date(time),
    }),
  );
}

const told = (part: RegExp) =>
  discord
    .said()
    .map(shownText)
    .filter((text) => part.test(text));

async function ask(person: Person, text: string, answer: RegExp): Promise<void> {
  const { id } = person.say(discord.room, `@deployday ${text}`);
  await until(
    () =>
      discord
        .said()
        .some((message) => message.message_reference?.message_id === id && answer.test(shownText(message))),
    { what: `${answer} as an answer to "${text}"\n${logged.slice(-10).join('\n')}` },
  );
}

async function pass(ms: number): Promise<void> {
  time += ms;
  await notify(database.db, CHANNELS.events, '0');
}

/** Everything that had to be told of the events so far is told. */
async function upToDate(): Promise<void> {
  const behind = `select 1 from events where id > (select event_id from cursors where reader = 'notifier')
    union all select 1 from outbox where state = 'pending'`;
  await until(async () => (await database.pool.query(behind)).rowCount === 0, { what: 'all to be told' });
}

/** `times`: how often each thing is to be told by the end of it. */
async function aTurnAndAVote(times: number): Promise<void> {
  await ask(alice, 'claim ex for 20m', /alice holds it/);
  await ask(bob, 'queue ex', /bob is 1st in the queue/);
  await ask(alice, 'vote Lunch? | yes | no until 1s', /asked by alice/);
  await database.pool.query(
    `insert into approvals (state, environment_id, person_id, identity, channel, command, request, why, preview, digest, needed, role, expires_at)
     select 'open', e.id, p.person_id, p.identity, $1, 'reset ex', '{}', 'why', '{}', 'd', 1, 'operator', $2
     from environments e, identities p where p.identity = $3`,
    [discord.nameOf(discord.room), new Date(time + 5 * MINUTE), `discord:${alice.user.id}`],
  );
  await pass(16 * MINUTE);
  await until(() => told(/^<@\d+> ex: alice, your time ends at/).length === times, { what: 'the warning' });
  await pass(5 * MINUTE);
  await until(() => told(/^<@\d+> ex: bob, it is your turn/).length === times, { what: 'the turn' });
  await pass(6 * MINUTE);
  await until(() => told(/^ex: bob did not come in time/).length === times, { what: 'the turn to pass' });
  await until(
    async () => (await database.pool.query('select 1 from votes where closed_at is null')).rowCount === 0,
    {
      what: 'the vote to be closed',
    },
  );
  await upToDate();
}

const DUE = [
  /^<@\d+> ex: alice, your time ends at/,
  /^ex: the time of alice is over/,
  /^<@\d+> ex: bob, it is your turn/,
  /^ex: bob did not come in time/,
  /^Approval \d+, "reset ex": not enough agreed in time/,
  /^Vote \d+ is over: Lunch\?/,
];

it('each thing that is due happens once, by whichever bot, and once more when the other one has taken over', async () => {
  await ask(alice, 'session start essex-day', /has begun/);
  await ask(alice, 'notify verbose', /verbose now/);
  await aTurnAndAVote(1);
  for (const line of DUE) expect(told(line), String(line)).toHaveLength(1);

  const [first] = apps.splice(0, 1);
  await first?.stop();
  await until(
    async () =>
      (await database.pool.query(`select 1 from duties where expires_at > now()`)).rowCount ?? 0 >= 2,
    { what: 'the other bot to take over', withinMs: 20_000 },
  );
  await aTurnAndAVote(2);
  for (const line of DUE) expect(told(line), String(line)).toHaveLength(2);
});
