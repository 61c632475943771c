import { afterEach, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { createLinks } from '../../../bot/links.ts';
import { answerCutOff } from '../../../bot/receive.ts';
import { appendEvent } from '../../../db/events.ts';
import { insertRun } from '../../../db/runs.ts';
import { until } from '../../support/until.ts';
import { directOf, type Floor, MINUTE, openFloor, SLACK } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'irc:lab/bob';
const CAROL = 'slack:T1/carol';

let floor: Floor;
afterEach(() => floor?.close());

/** Waits for a message in the direct messages of an account, which a nick of IRC may have passed on. */
const inPrivate = (who: string, pattern: RegExp): Promise<OutgoingMessage> =>
  until(
    async () => {
      const { rows } = await floor.database.pool.query('select message from outbox where channel = $1', [
        directOf(who),
      ]);
      return rows.map(({ message }) => message).find(({ text }) => pattern.test(text));
    },
    { what: `${pattern} to ${who}` },
  );

it('news of leases in direct messages on IRC is for those it is about alone, by whatever account', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(ALICE, 'claim demo for 1h', directOf(ALICE));
  await floor.say(BOB, 'queue demo', directOf(BOB));
  await floor.pass(55 * MINUTE);
  expect(await inPrivate(ALICE, /your time ends at/)).toMatchObject({ onlyFor: [ALICE] });
  await floor.say(BOSS, 'claim demo takeover because of the demo', directOf(BOSS));
  expect(await inPrivate(ALICE, /boss has taken it over from alice/)).toMatchObject({ onlyFor: [ALICE] });
  const [, code] = /Your code: (\S+)/.exec(await floor.say(CAROL, 'link', directOf(CAROL))) ?? [];
  await floor.say(BOB, `link ${code}`, directOf(BOB));
  await floor.say(BOSS, 'release demo', directOf(BOSS));
  expect(await inPrivate(BOB, /it is your turn until/)).toMatchObject({ onlyFor: [BOB, CAROL] });
});

it('so are those who waited for what is destroyed', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'claim demo', directOf(BOSS));
  for (const who of [ALICE, BOB]) await floor.say(who, 'queue demo', directOf(who));
  await floor.database.pool.query(`update environments set destroyed_at = now() where name = 'demo'`);
  await floor.pass(1);
  for (const who of [ALICE, BOB])
    expect(await inPrivate(who, /demo is destroyed: alice, bob wait for it no more/)).toMatchObject({
      onlyFor: [who],
    });
});

it('what others say to an approval is for who asked for it', async () => {
  const rule = { commands: ['run'], environments: ['*'], count: 2, role: 'operator' } as const;
  floor = await openFloor({
    admins: [BOSS, CAROL],
    policy: { approvals: [{ ...rule, withinMs: 60 * MINUTE }] },
  });
  expect(await floor.say(ALICE, 'run demo -- true', directOf(ALICE))).toMatch(/^Approval 1: alice wants/);
  expect(await floor.say(CAROL, 'approve 1', SLACK)).toMatch(/1 of 2 agree/);
  expect(await inPrivate(ALICE, /1 of 2 agree/)).toMatchObject({ onlyFor: [ALICE] });
  await floor.say(CAROL, 'reject 1', SLACK);
  expect(await inPrivate(ALICE, /rejected/)).toMatchObject({ onlyFor: [ALICE] });
});

it('drift is for who set the schedule', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(ALICE, 'schedule demo verify every 30m', directOf(ALICE));
  const { db, pool } = floor.database;
  const { rows } = await pool.query(`select id from environments where name = 'demo'`);
  const about = { environmentId: rows[0].id, channel: directOf(ALICE) };
  const run = await insertRun(
    db,
    {
      ...{ ...about, kind: 'verify', blueprint: {}, detail: { scheduled: 'yes' }, command: 'verify demo' },
      ...{ requester: 'schedule (set by alice)', state: 'failed', endedAt: new Date() },
    },
    [],
  );
  await appendEvent(db, { kind: 'run.ended', runId: run.id, ...about });
  expect(await inPrivate(ALICE, /^demo has drifted/)).toMatchObject({ onlyFor: [ALICE] });
});

it('that a command was cut off is for who gave it', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(ALICE, 'cancel demo', directOf(ALICE));
  // As if the process had ended before it could answer that one.
  await floor.database.pool.query(`update received set answered_at = null, message_id = 'unanswered'`);
  const links = createLinks('http://day.example');
  await answerCutOff({ database: floor.database, links }, 'irc:lab', null);
  expect(await inPrivate(ALICE, /^The bot was restarted before it could answer/)).toMatchObject({
    onlyFor: [ALICE],
  });
});
