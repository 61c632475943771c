import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Adapter } from '../../adapters/adapter.ts';
import { followBoards, linePause } from '../../bot/boards.ts';
import type { Follower } from '../../bot/follow-events.ts';
import { createLinks } from '../../bot/links.ts';
import { type Sender, startSender } from '../../bot/sender.ts';
import { CHANNELS } from '../../db/events.ts';
import { type Listener, openListener } from '../../db/listen.ts';
import { putMessage, supersede } from '../../db/outbox.ts';
import { environments, runs } from '../../db/schema.ts';
import { databaseForTests } from '../support/database.ts';
import { createBot } from '../support/irc/bot.ts';
import { type ModernServer, startModern } from '../support/irc/modern/server.ts';
import { until } from '../support/until.ts';

const CHANNEL = 'irc:lab/#room';
const links = createLinks('http://127.0.0.1:8080');

const database = databaseForTests();
let listener: Listener;
let server: ModernServer;
let adapter: Adapter;
const parts: (Follower | Sender)[] = [];
const log: string[] = [];

beforeAll(async () => {
  listener = await openListener(database.connection, Object.values(CHANNELS));
});
beforeEach(async () => {
  server = await startModern();
  const bot = createBot(server);
  await bot.start();
  adapter = bot.adapter;
});
afterEach(async () => {
  await Promise.all(parts.splice(0).map((part) => part.stop()));
  await adapter.stop();
  await server.remove();
});
afterAll(() => listener?.close());

it('of a long run an IRC channel hears ever more rarely', () => {
  const SECOND = 1_000;
  const told: number[] = [];
  for (let age = linePause(0); age < 3_600 * SECOND; age += linePause(age)) told.push(age / SECOND);
  expect(told).toEqual([30, 90, 210, 450, 930, 1_830, 2_730]);
});

it("on IRC a run's progress is taken back by newer progress, and all of it by the outcome", async () => {
  const [environment] = await database.db
    .insert(environments)
    .values({ name: 'demo', blueprint: 'hello', pool: 'lab', state: 'ready', params: {}, secrets: {} })
    .returning();
  const [run] = await database.db
    .insert(runs)
    .values({
      ...{ environmentId: environment?.id ?? 0, kind: 'verify', state: 'running', command: 'verify demo' },
      ...{ blueprint: {}, requester: 'alice', channel: CHANNEL, startedAt: new Date() },
    })
    .returning();
  const id = run?.id ?? 0;
  parts.push(
    startSender({ database, listener, adapter, duty: null, log: (line) => log.push(line) }),
    followBoards({
      ...{ database, listener, links, log: (line) => log.push(line) },
      chats: () => [{ name: adapter.name, features: adapter.features, duty: null }],
      pauses: { edit: 1, line: 1, lineMost: 100 },
    }),
  );
  const progress = () =>
    server.world.said.filter(({ lines }) => lines[0]?.text.startsWith('demo: verifying, '));
  const standing = () => progress().filter(({ redacted }) => !redacted);

  await until(() => progress().length >= 2 && standing().length === 1, {
    what: 'one line of progress in the place of another',
    withinMs: 30_000,
  });
  expect(standing()).toEqual(progress().slice(-1));

  await database.db.update(runs).set({ state: 'succeeded', endedAt: new Date() }).where(eq(runs.id, id));
  await supersede(database.db, `run:${id}`, CHANNEL);
  const message = { kind: 'outcome', text: `demo verified ${links.run(id)}`, link: links.run(id) };
  await putMessage(database.db, { adapter: adapter.name, channel: CHANNEL, board: null, message });
  await until(() => standing().length === 0, { what: 'no progress left', withinMs: 30_000 });
  expect(server.world.said.at(-1)?.lines[0]?.text).toMatch(/^demo verified/);
  expect(log).toEqual([]);
});
