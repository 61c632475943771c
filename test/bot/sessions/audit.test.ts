import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Floor, MINUTE, openFloor } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'slack:T1/bob';

let floor: Floor;
beforeAll(async () => {
  floor = await openFloor({
    admins: [BOSS],
    policy: {
      approvals: [
        { commands: ['run'], environments: ['*'], count: 1, role: 'operator', withinMs: 60 * MINUTE },
      ],
    },
  });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'session link essex-day', 'slack:T1/C1');
});
afterAll(() => floor?.close());

/** What is written down of the last command. */
const last = async () =>
  (
    await floor.database.pool.query(
      'select verb, environment, result, run_id as run from audit order by id desc limit 1',
    )
  ).rows[0];
const lastRun = async () =>
  (await floor.database.pool.query('select max(id)::int as id from runs')).rows[0].id as number;

it('names the environment also where the line does not', async () => {
  await floor.say(ALICE, 'claim demo');
  await floor.say(ALICE, 'extend');
  expect(await last()).toEqual({ verb: 'extend', environment: 'demo', result: 'done', run: null });
  await floor.say(ALICE, 'release');
  expect(await last()).toEqual({ verb: 'release', environment: 'demo', result: 'done', run: null });
  await floor.say(ALICE, 'release');
  expect(await last()).toEqual({ verb: 'release', environment: null, result: 'refused', run: null });
});

it('names what an approval is about, and the run that it began, went on with or ended', async () => {
  await floor.say(ALICE, 'run demo -- true');
  expect(await last()).toMatchObject({ verb: 'run', environment: 'demo', run: null });
  await floor.say(BOB, 'approve 1');
  expect(await last()).toEqual({ verb: 'approve', environment: 'demo', result: 'refused', run: null });
  await floor.say(BOSS, 'approve 1');
  const run = await lastRun();
  expect(await last()).toEqual({ verb: 'approve', environment: 'demo', result: 'done', run });
  await floor.say(BOSS, 'approve 1');
  expect(await last()).toMatchObject({ environment: 'demo', result: 'refused', run: null });
  await floor.say(ALICE, 'cancel demo');
  expect(await last()).toEqual({ verb: 'cancel', environment: 'demo', result: 'done', run });
  await floor.endRun('demo', 'failed');
  await floor.say(ALICE, 'retry demo');
  await floor.say(BOSS, 'approve 2');
  expect(await last()).toEqual({ verb: 'approve', environment: 'demo', result: 'done', run });
  await floor.say(ALICE, 'run ex -- true');
  await floor.say(BOSS, 'reject 3');
  expect(await last()).toEqual({ verb: 'reject', environment: 'ex', result: 'done', run: null });
});

it('writes a wrong code down as refused', async () => {
  await floor.say(ALICE, 'link ABCDE-FGHJK');
  expect(await last()).toMatchObject({ verb: 'link', result: 'refused' });
});
