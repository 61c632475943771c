import { webApi } from '@slack/bolt';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AdapterFeatures, SendError } from '../../../adapters/adapter.ts';
import type { MessageKind, OutgoingMessage } from '../../../adapters/message.ts';
import { sendError } from '../../../adapters/slack/errors.ts';
import { type Sender, startSender } from '../../../bot/sender.ts';
import { tellLost } from '../../../bot/sending/tell-lost.ts';
import { postedBoard } from '../../../db/boards.ts';
import { CHANNELS, notify } from '../../../db/events.ts';
import { type Listener, openListener } from '../../../db/listen.ts';
import { countMessages, putMessage, supersede } from '../../../db/outbox.ts';
import { personOf } from '../../../db/people.ts';
import { boards, environments, lostChannels, outbox, runs } from '../../../db/schema.ts';
import { insertSession, linkChannel } from '../../../db/sessions.ts';
import { databaseForTests } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import { createService, type Service } from './service.ts';

const CAN_EDIT: AdapterFeatures = { edit: true, rich: true };
const CANNOT: AdapterFeatures = { edit: false, rich: false };

const database = databaseForTests();
let listener: Listener;
const senders: Sender[] = [];
const log: string[] = [];

beforeAll(async () => {
  listener = await openListener(database.connection, Object.values(CHANNELS));
});
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  for (const table of [outbox, boards, lostChannels, runs, environments]) await database.db.delete(table);
  log.length = 0;
});
afterAll(() => listener?.close());

const start = (service: Service): Sender => {
  const { adapter } = service;
  const sender = startSender({ database, listener, adapter, duty: null, log: (line) => log.push(line) });
  senders.push(sender);
  return sender;
};
const put = (channel: string, text: string, board: string | null = null) =>
  putMessage(database.db, { adapter: 'fake', channel: `fake/${channel}`, board, message: { text } });
async function linked(name: string, channels: string[], linkedBy: number | null = null): Promise<void> {
  const { id: sessionId } = await insertSession(database.db, name, null);
  for (const channel of channels)
    await linkChannel(database.db, { sessionId, channel, lane: 'operations', linkedBy });
}
const allSaid = async () => (await countMessages(database.db)).every(({ waiting }) => waiting === 0);
const settled = () => until(allSaid, { what: 'an empty outbox', withinMs: 30_000 });
/** The id of a run that goes on. */
async function aRun(): Promise<number> {
  const [environment] = await database.db
    .insert(environments)
    .values({ name: 'demo', blueprint: 'hello', pool: 'lab', state: 'ready', params: {}, secrets: {} })
    .returning();
  const [run] = await database.db
    .insert(runs)
    .values({
      ...{ environmentId: environment?.id ?? 0, kind: 'verify', state: 'running', command: 'verify demo' },
      ...{ blueprint: {}, requester: 'alice', channel: 'fake/C1' },
    })
    .returning();
  return run?.id ?? 0;
}
const shows = (service: Service, channel: string, texts: string[]) =>
  until(() => service.shown(channel).join() === texts.join(), {
    what: `${texts.join()} in ${channel}`,
    withinMs: 30_000,
  });

it('the newest board takes the place of one that is being tried again, and the order of the channel stays', async () => {
  const service = createService(CAN_EDIT);
  service.faults.push(new SendError('away', { retryable: true, retryAfter: 300 }));
  await put('C1', 'first');
  await put('C1', '1 of 9', 'run:1');
  await put('C1', 'outcome of another run');
  start(service);
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await put('C1', '5 of 9', 'run:1');
  await settled();
  expect(service.shown('C1')).toEqual(['first', '5 of 9', 'outcome of another run']);
  expect(service.asked).not.toContain('post C1 1 of 9');
});

it('a board that is replaced while it is on its way is followed by the newest one', async () => {
  const service = createService(CAN_EDIT);
  const open = service.hold('C1');
  start(service);
  await put('C1', '1 of 9', 'run:1');
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  for (const done of [2, 3, 4]) await put('C1', `${done} of 9`, 'run:1');
  open();
  await shows(service, 'C1', ['4 of 9']);
  expect(service.asked).toEqual(['post C1 1 of 9', 'edit C1 4 of 9']);
});

it('where nothing can be edited, each edition of a board is a line of its own', async () => {
  const service = createService(CANNOT);
  const open = service.hold('C1');
  start(service);
  await put('C1', '1 of 9', 'run:1');
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await put('C1', '4 of 9', 'run:1');
  open();
  await shows(service, 'C1', ['1 of 9', '4 of 9']);
});

it('a lost answer is no second post, and a board then shows what it says now', async () => {
  const service = createService(CAN_EDIT);
  service.faults.push('lost answer');
  const open = service.hold('C1');
  start(service);
  await put('C1', '1 of 9', 'run:1');
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await put('C1', '2 of 9', 'run:1');
  open();
  await shows(service, 'C1', ['2 of 9']);
});

it.each([
  [
    'where nothing can be edited, nothing of a run is told behind its end that could not be told before it',
    CANNOT,
  ],
  ['where a lost answer may hide a board, it is found again, so that it can be brought up to date', CAN_EDIT],
])('%s', async (_, features) => {
  const run = await aRun();
  const service = createService(features);
  const isLost = features === CAN_EDIT;
  service.faults.push(isLost ? 'lost answer' : new SendError('away', { retryable: true, retryAfter: 300 }));
  const open = service.hold('C1');
  start(service);
  await put('C1', '1 of 9', `run:${run}`);
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await database.db.update(runs).set({ state: 'succeeded', endedAt: new Date() }).where(eq(runs.id, run));
  await supersede(database.db, `run:${run}`, 'fake/C1');
  await put('C1', 'demo ready');
  open();
  await settled();
  expect(service.shown('C1')).toEqual(isLost ? ['1 of 9', 'demo ready'] : ['demo ready']);
  expect(await postedBoard(database.db, `run:${run}`, 'fake/C1')).toEqual(isLost ? expect.anything() : null);
});

it('a board that somebody deleted is posted anew', async () => {
  const service = createService(CAN_EDIT);
  start(service);
  await put('C1', '1 of 9', 'run:1');
  await settled();
  service.clear('C1');
  await put('C1', '2 of 9', 'run:1');
  await shows(service, 'C1', ['2 of 9']);
});

it('no change of a board holds up what is new', async () => {
  const service = createService({
    ...CAN_EDIT,
    pace: { posts: { burst: 100, perSecond: 100 }, edits: { burst: 1, perSecond: 0.001 } },
  });
  start(service);
  await put('C1', '1 of 9', 'run:1');
  await settled();
  for (const done of [2, 3]) {
    await put('C1', `${done} of 9`, 'run:1');
    await until(() => done > 2 || service.asked.includes('edit C1 2 of 9'), { what: 'an edit' });
  }
  await put('C1', 'demo ready');
  await shows(service, 'C1', ['2 of 9', 'demo ready']);
});

it('a channel that is gone is told of once and holds up no other; its outcomes follow when it is back', async () => {
  const service = createService(CAN_EDIT);
  service.gone.add('C1');
  const attempts = () => service.asked.filter((each) => each === 'post C1 demo ready').length;
  /** As when a minute has passed. */
  const aMinuteLater = async (): Promise<undefined> => {
    await database.db.update(outbox).set({ nextAttemptAt: new Date() }).where(eq(outbox.state, 'pending'));
    await put('C2', 'a ring');
  };
  await put('C1', 'demo ready');
  await put('C1', 'more');
  start(service);
  await until(() => log.length > 0, { what: 'a line in the log' });
  await put('C2', 'other ready');
  await until(() => service.shown('C2').includes('other ready'), { what: 'the other channel' });
  await until(() => attempts() > 1 || aMinuteLater(), { what: 'another attempt', everyMs: 100 });
  service.gone.clear();
  await until(() => service.shown('C1').length > 1 || aMinuteLater(), { what: 'C1', everyMs: 100 });
  expect(service.shown('C1')).toEqual(['demo ready', 'more']);
  expect(log.filter((line) => line.includes('nothing can be posted'))).toHaveLength(1);
  expect(log.filter((line) => line.includes('posted to again'))).toHaveLength(1);
});

it('what is for somebody who is away waits, and holds up neither answers nor whoever has the nick now', async () => {
  await linked('dusk', ['fake/@al', 'fake/C9']);
  const service = createService(CANNOT);
  const away = () => new SendError('the nick is not theirs now', { retryable: false, lost: 'person' });
  const putFor = (person: string, kind: MessageKind, text: string) =>
    putMessage(database.db, {
      ...{ adapter: 'fake', channel: 'fake/@al', board: null },
      message: { kind, text, onlyFor: [person] },
    });
  const waiting = () => database.db.select().from(outbox).where(eq(outbox.state, 'pending'));
  const kept = () => log.filter((line) => line.includes('kept for a day'));
  const aMinuteLater = async () => {
    await database.db.update(outbox).set({ nextAttemptAt: new Date() }).where(eq(outbox.state, 'pending'));
    await notify(database.db, CHANNELS.outbox, 'fake');
  };
  service.faults.push(away(), away(), away());
  await putFor('alice', 'outcome', 'demo ready');
  await putFor('alice', 'answer', 'your code');
  await putFor('alice', 'outcome', 'ex ready');
  await putFor('mallory', 'answer', 'you are mallory');
  await putFor('mallory', 'outcome', 'lab ready');
  start(service);
  await shows(service, '@al', ['you are mallory', 'lab ready']);
  // What is shown is on record as sent a moment later.
  const textsWaiting = async () =>
    (await waiting()).map(({ message }) => (message as OutgoingMessage).text).sort();
  await until(async () => (await textsWaiting()).length < 3, { what: 'what was sent to be on record' });
  expect(await textsWaiting()).toEqual(['demo ready', 'ex ready']);
  expect(log.filter((line) => line.includes('cannot be delivered'))).toHaveLength(1);
  // She is still away, and asked for once, not once for each message.
  service.faults.push(away());
  const before = service.asked.length;
  await aMinuteLater();
  await until(async () => (await waiting()).some(({ nextAttemptAt }) => nextAttemptAt > new Date()), {
    what: 'the next attempt put off',
  });
  expect(service.asked.slice(before)).toEqual(['post @al demo ready']);
  // She is back.
  await aMinuteLater();
  await settled();
  expect(service.shown('@al').slice(2)).toEqual(['demo ready', 'ex ready']);
  expect(kept()).toHaveLength(2);
  // Nobody else is told of somebody who went home.
  expect(service.shown('C9')).toEqual([]);
});

it('other channels of the session are told once of one that is gone', async () => {
  await linked('day', ['fake/C1', 'slack:T1/C2', 'fake/C3']);
  const service = createService(CAN_EDIT);
  service.gone.add('C1');
  service.gone.add('C3');
  start(service);
  await put('C3', 'demo ready');
  await put('C1', 'demo ready');
  await put('C1', 'other ready');
  await until(() => log.length > 1, { what: 'two lines in the log' });
  const told = await database.db.select().from(outbox).where(eq(outbox.adapter, 'slack:T1'));
  expect(told.map(({ channel }) => channel)).toEqual(['slack:T1/C2', 'slack:T1/C2']);
  expect(told.map(({ message }) => (message as OutgoingMessage).text).sort()).toEqual([
    'day: the bot can write no more in fake/C1: somebody there has to see whether it is still in. Outcomes for it are kept for a day',
    'day: the bot can write no more in fake/C3: somebody there has to see whether it is still in. Outcomes for it are kept for a day',
  ]);
});

it('what they are told of it they understand: where it is, and what to do', async () => {
  const { db } = database;
  const boss = await personOf(db, 'irc:lab/boss', 'boss');
  await linked('night', ['slack:T1/C1', 'irc:lab/#room', 'console:local'], boss.id);
  const refused = new webApi.WebAPIPlatformError({ ok: false, error: 'not_in_channel' });
  await tellLost(db, 'slack:T1/C1', sendError('posting to C1', refused).advice);
  await tellLost(db, 'irc:lab/#room', 'it does not let the bot in: banned');
  const told = await db.select().from(outbox).where(eq(outbox.adapter, 'console'));
  expect(told.map(({ message }) => (message as OutgoingMessage).text)).toEqual([
    'night: the bot can write no more in the Slack channel that boss linked (C1): the bot is not in it: /invite it there. Outcomes for it are kept for a day',
    'night: the bot can write no more in #room on lab (IRC): it does not let the bot in: banned. Outcomes for it are kept for a day',
  ]);
});

it('a message with what no service takes is left out, and what comes after it is said', async () => {
  const service = createService(CAN_EDIT);
  service.faults.push(new SendError('invalid_blocks', { retryable: false }));
  await put('C1', 'odd');
  await put('C1', 'even');
  start(service);
  await shows(service, 'C1', ['even']);
  expect(log).toEqual(['fake/C1: a message cannot be delivered: invalid_blocks']);
});
