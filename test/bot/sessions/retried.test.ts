import { afterEach, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { appendEvent } from '../../../db/events.ts';
import { environmentView } from '../../../db/views.ts';
import { until } from '../../support/until.ts';
import { directOf, type Floor, openFloor } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'irc:lab/bob';

let floor: Floor;
afterEach(() => floor?.close());

/** The run on demo ends, and its worker says so. */
async function ends(state: 'succeeded' | 'failed'): Promise<void> {
  const { db, pool } = floor.database;
  const { rows } = await pool.query(
    `select r.id, r.channel, r.environment_id from runs r join environments e on e.id = r.environment_id
     where e.name = 'demo' and r.ended_at is null`,
  );
  const [{ id: runId, channel, environment_id: environmentId }] = rows;
  await floor.endRun('demo', state);
  await appendEvent(db, { kind: 'run.ended', runId, environmentId, channel });
}
const outcomeIn = (channel: string): Promise<OutgoingMessage> =>
  until(
    async () => {
      const { rows } = await floor.database.pool.query(
        `select message from outbox where channel = $1 and message->>'kind' = 'outcome'`,
        [channel],
      );
      return rows[0]?.message;
    },
    { what: `an outcome in ${channel}` },
  );

it('a run is that of who retries it: the outcome is for them, and so is the environment meanwhile', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  for (const who of [ALICE, BOB]) await floor.say(who, 'join');
  await floor.say(ALICE, 'run demo -- true');
  await ends('failed');
  expect(await floor.say(BOB, 'retry demo', directOf(BOB))).toMatch(/going on with "run demo -- true"/);
  expect(await floor.say(ALICE, 'claim demo')).toMatch(/bob is at work on demo/);
  expect(await floor.say(BOB, 'claim demo')).toMatch(/bob holds it until/);
  await ends('succeeded');
  expect(await outcomeIn(directOf(BOB))).toMatchObject({ onlyFor: [BOB] });
});

it('an outcome finds who has linked accounts since the run began', async () => {
  floor = await openFloor({ admins: [BOSS] });
  const other = 'slack:T1/al';
  expect(await floor.say(ALICE, 'run demo -- true', directOf(ALICE))).toMatch(/running the command/);
  const [, code] = /Your code: (\S+)/.exec(await floor.say(other, 'link', directOf(other))) ?? [];
  expect(await floor.say(ALICE, `link ${code}`, directOf(ALICE))).toMatch(/one person now/);
  await ends('succeeded');
  expect(await outcomeIn(directOf(ALICE))).toMatchObject({ onlyFor: [ALICE, other] });
});

it('the last run of an environment is the one that was retried, though another was begun after it', async () => {
  floor = await openFloor({ admins: [BOSS, ALICE] });
  const { db, pool } = floor.database;
  const wrote = (line: string) =>
    pool.query(
      `insert into output (run_id, task_id, text)
       select run_id, id, $1 from tasks order by run_id desc, ordinal limit 1`,
      [line],
    );
  const lastRun = async () => (await environmentView(db, 'demo'))?.lastRun;
  const agreed = async (line: string, id: number) => {
    expect(await floor.say(BOSS, line)).toMatch(new RegExp(`^Approval ${id}: `));
    return floor.say(ALICE, `approve ${id}`);
  };
  expect(await agreed('reset demo', 1)).toMatch(/\ndemo: resetting/);
  await wrote('of the reset');
  expect(await floor.say(BOSS, 'cancel demo')).toMatch(/had not begun/);
  await floor.say(BOSS, 'run demo -- true');
  await wrote('of the command');
  await floor.endRun('demo');
  expect(await floor.say(BOSS, 'status demo')).toMatch(/; "run demo -- true" succeeded /);

  expect(await agreed('retry demo', 2)).toMatch(/going on with "reset demo"/);
  expect(await floor.say(BOSS, 'status demo')).toMatch(/; "reset demo" goes on: 0 of \d+ done/);
  expect(await floor.say(BOSS, 'logs demo')).toMatch(/ of "reset demo" \(queued\)/);
  expect(await lastRun()).toMatchObject({ command: 'reset demo', state: 'queued' });

  await floor.endRun('demo');
  expect(await floor.say(BOSS, 'status demo')).toMatch(/; "reset demo" succeeded /);
  expect(await floor.say(BOSS, 'logs demo')).toMatch(/ of "reset demo" \(succeeded\)/);
  expect(await lastRun()).toMatchObject({ command: 'reset demo', state: 'succeeded' });
  expect(await floor.say(BOSS, 'retry demo')).toMatch(/last run on demo succeeded: "reset demo"/i);
  // The command came before it, and its checks after the command.
  expect(await floor.say(BOSS, 'promote demo')).toMatch(/^demo: /);
});
