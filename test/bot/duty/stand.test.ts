import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createConsoleAdapter } from '../../../adapters/console/adapter.ts';
import { type HeldDuty, onDuty } from '../../../bot/duty/held.ts';
import { type DutyWork, type Standing, standFor } from '../../../bot/duty/stand.ts';
import { startSender } from '../../../bot/sender.ts';
import { DutyLost, forgetOwners, takeDuty } from '../../../db/duties.ts';
import { CHANNELS } from '../../../db/events.ts';
import { type Listener, openListener } from '../../../db/listen.ts';
import { putMessage } from '../../../db/outbox.ts';
import { databaseForTests } from '../../support/database.ts';
import { createTranscript } from '../../support/transcript.ts';
import { until } from '../../support/until.ts';

const database = databaseForTests();
let listener: Listener;
beforeAll(async () => {
  listener = await openListener(database.connection, Object.values(CHANNELS));
});
afterAll(() => listener?.close());

/** What happened, in order: `a begins`, `a ends`. */
let story: string[];
let standings: Standing[];
const held = new Map<string, HeldDuty>();
beforeEach(async () => {
  story = [];
  standings = [];
  await forgetOwners(database.db);
});
afterEach(async () => {
  for (const standing of standings.splice(0)) await standing.stop();
});

const work =
  (who: string, begin: () => Promise<void> = async () => {}) =>
  (duty: HeldDuty): DutyWork => {
    held.set(who, duty);
    story.push(`${who} begins`);
    return {
      begun: begin(),
      async stop() {
        story.push(`${who} ends`);
      },
    };
  };

async function stand(who: string, begin: (duty: HeldDuty) => DutyWork = work(who)): Promise<Standing> {
  const name = 'chat:test';
  const take = () => takeDuty(database.db, name, who, 60);
  const standing = await standFor({ name, database, listener, log: () => {}, take, begin });
  standings.push(standing);
  return standing;
}

const told = (line: string) => until(() => story.includes(line), { what: line });
/** As if another process had taken it while this one was paused. */
const steal = () => database.pool.query("update duties set owner = 'thief', generation = generation + 1");

it('one works, the other stands by, and begins when the first has ended', async () => {
  const a = await stand('a');
  const b = await stand('b');
  expect(a.first).toBe('taken');
  expect(b.first).toMatchObject({ heldBy: 'a' });
  const asked = performance.now();
  await a.stop();
  await told('b begins');
  // It was told: it did not have to look.
  expect(performance.now() - asked).toBeLessThan(1_500);
  expect(story).toEqual(['a begins', 'a ends', 'b begins']);
});

it('takes over from one that is silent as soon as its time has run out', async () => {
  await takeDuty(database.db, 'chat:test', 'dead', 0.5);
  const b = await stand('b');
  expect(b.first).toMatchObject({ heldBy: 'dead' });
  const asked = performance.now();
  await told('b begins');
  expect(performance.now() - asked).toBeLessThan(1_900);
});

it('ends its work when it was taken from it, and stands for it again', async () => {
  await stand('a');
  await steal();
  await told('a ends');
  await database.pool.query("update duties set expires_at = now() - interval '1 second'");
  await until(() => story.length === 3, { what: 'a to begin again' });
  expect(story).toEqual(['a begins', 'a ends', 'a begins']);
});

it('rejects when its work cannot begin, and leaves the duty to others', async () => {
  const refused = () => Promise.reject(new Error('the token is refused'));
  await expect(stand('a', work('a', refused))).rejects.toThrow('the token is refused');
  const b = await stand('b');
  expect(b.first).toBe('taken');
  expect(story).toEqual(['a begins', 'a ends', 'b begins']);
});

it('writes nothing under a duty that it has lost', async () => {
  await stand('a');
  const duty = held.get('a') as HeldDuty;
  await onDuty(database, duty, async () => 'written');
  await steal();
  let worked = false;
  const late = onDuty(database, duty, async () => {
    worked = true;
  });
  await expect(late).rejects.toThrow(DutyLost);
  expect(worked).toBe(false);
});

it('sends nothing under a duty that it has lost: the one who has it does', async () => {
  const openTerminal = async () => {
    const output = new PassThrough();
    const said = createTranscript();
    output.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk));
    const adapter = createConsoleAdapter({ input: new PassThrough(), output });
    await adapter.start(() => {});
    return { adapter, said };
  };
  const [mine, other] = [await openTerminal(), await openTerminal()];
  const common = { database, listener, log: () => {} };
  await stand('a');
  const duty = held.get('a') as HeldDuty;
  const paused = startSender({ ...common, adapter: mine.adapter, duty });
  const message = { adapter: 'console', channel: 'console:local', board: null };
  await putMessage(database.db, { ...message, message: { text: 'one' } });
  await mine.said.heard(/^one$/);
  await steal();
  // Both are rung for all of these.
  const sender = startSender({ ...common, adapter: other.adapter, duty: null });
  for (const text of ['two', 'three', 'four', 'five']) {
    await putMessage(database.db, { ...message, message: { text } });
    await other.said.heard(new RegExp(`^${text}$`));
  }
  for (const each of [paused, sender]) await each.stop();
  for (const { adapter } of [mine, other]) await adapter.stop();
  expect(mine.said.lines).toEqual(['one']);
});
