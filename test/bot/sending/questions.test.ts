import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AdapterFeatures, SendError } from '../../../adapters/adapter.ts';
import { type Sender, startSender } from '../../../bot/sender.ts';
import { showAnswer } from '../../../bot/show-answer.ts';
import { purgeBoards } from '../../../db/boards.ts';
import { appendEvent, CHANNELS, nextEvents } from '../../../db/events.ts';
import { type Listener, openListener } from '../../../db/listen.ts';
import { countMessages, putMessage } from '../../../db/outbox.ts';
import { boards, events, outbox } from '../../../db/schema.ts';
import { databaseForTests } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import { createService, type Service } from './service.ts';

const CAN_EDIT: AdapterFeatures = { edit: true, rich: true };
const CANNOT: AdapterFeatures = { edit: false, rich: false };
const APPROVED = 'Approval 7, "reset demo": approved. bob agrees';

const database = databaseForTests();
let listener: Listener;
const senders: Sender[] = [];
let settled: number[] = [];

beforeAll(async () => {
  listener = await openListener(database.connection, Object.values(CHANNELS));
});
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  for (const table of [outbox, boards, events]) await database.db.delete(table);
  settled = [];
});
afterAll(() => listener?.close());

const start = ({ adapter }: Service): void => {
  senders.push(
    startSender({
      ...{ database, listener, adapter, duty: null, log: () => {} },
      settled: (message) => settled.push(message),
    }),
  );
};
/** `isAnswer`: to what somebody has said. */
const ask = (channel: string, text: string, isAnswer = false) =>
  putMessage(database.db, {
    ...{ adapter: 'fake', channel: `fake/${channel}`, board: null },
    ...(isAnswer ? { replyTo: 'm1' } : {}),
    message: { kind: 'question', asks: 'approval:7', text },
  });
/** What the notifier does when enough have agreed. */
async function answered(): Promise<void> {
  const data = { approval: 7, environment: 'demo', command: 'reset demo', because: ['bob agrees'] };
  await appendEvent(database.db, { kind: 'approval.approved', data });
  await database.db.transaction(async (tx) => {
    for (const event of await nextEvents(tx, 'test', 10)) await showAnswer(tx, event);
  });
}
const allSaid = async () => (await countMessages(database.db)).every(({ waiting }) => waiting === 0);
const quiet = () => until(allSaid, { what: 'an empty outbox', withinMs: 30_000 });
/** What would be forgotten of, so that it can never be changed again and takes no room. */
async function forgotten(): Promise<void> {
  await purgeBoards(database.db, -60);
  expect(await database.db.select().from(boards)).toEqual([]);
}

it('a question that is asked again in its channel is changed in both places, and forgotten some day', async () => {
  const service = createService(CAN_EDIT);
  start(service);
  await ask('C1', 'may alice?');
  await ask('C1', 'may alice, again?');
  await quiet();
  await answered();
  await quiet();
  expect(service.shown('C1')).toEqual([APPROVED, APPROVED]);
  await forgotten();
});

it.each([
  ['', CAN_EDIT],
  [', where nothing can be changed', CANNOT],
] as const)(
  'a question that was answered before anybody tried to say it is not said; who waits for it reads how it was answered%s',
  async (_, features) => {
    const service = createService(features);
    await ask('C1', 'may alice?');
    const reply = await ask('C2', 'may alice?', true);
    await answered();
    start(service);
    await quiet();
    expect(service.shown('C1')).toEqual([]);
    expect(service.shown('C2')).toEqual([APPROVED]);
    await until(() => settled.length > 0, { what: 'the reply to be settled' });
    expect(settled).toEqual([reply]);
    await forgotten();
  },
);

it.each(['lost answer', new SendError('away', { retryable: true, retryAfter: 1 })] as const)(
  'a question that is answered while it is tried says how, whatever became of the try (%s)',
  async (fault) => {
    const service = createService(CAN_EDIT);
    service.faults.push(fault);
    const open = service.hold('C1');
    start(service);
    await ask('C1', 'may alice?');
    await until(() => service.asked.length > 0, { what: 'an attempt' });
    await answered();
    open();
    await quiet();
    expect(service.shown('C1')).toEqual([APPROVED]);
    await forgotten();
  },
);

it('a question that gets through while it is answered says how', async () => {
  const service = createService(CAN_EDIT);
  const open = service.hold('C1');
  start(service);
  await ask('C1', 'may alice?');
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await answered();
  open();
  await quiet();
  expect(service.shown('C1')).toEqual([APPROVED]);
  await forgotten();
});

it('where nothing can be changed, a question that was answered before it got through is not said any more; who waits for it reads how it was answered', async () => {
  const service = createService(CANNOT);
  service.faults.push(new SendError('away', { retryable: true, retryAfter: 300 }));
  const open = service.hold('C1');
  start(service);
  const question = await ask('C1', 'may alice?', true);
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await answered();
  open();
  await quiet();
  expect(service.shown('C1')).toEqual([APPROVED]);
  await until(() => settled.length > 0, { what: 'the question to be settled' });
  expect(settled).toEqual([question]);
});

it('where nothing can be changed, a question that got through while it was answered is not followed by the answer', async () => {
  const service = createService(CANNOT);
  const open = service.hold('C1');
  start(service);
  const question = await ask('C1', 'may alice?', true);
  await until(() => service.asked.length > 0, { what: 'an attempt' });
  await answered();
  open();
  await quiet();
  expect(service.shown('C1')).toEqual(['may alice?']);
  await until(() => settled.length > 0, { what: 'the question to be settled' });
  expect(settled).toEqual([question]);
});
