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

it('names all environments that somebody lets go of, and finds the row by each of them', async () => {
  await floor.say(ALICE, 'join');
  await floor.say(ALICE, 'claim ex');
  await floor.say(ALICE, 'claim demo');
  await floor.say(ALICE, 'leave');
  expect(await last()).toEqual({ verb: 'leave', environment: 'demo, ex', result: 'done', run: null });
  for (const name of ['demo', 'ex'])
    expect(await floor.say(BOSS, `audit env=${name} tail=1`)).toMatch(/ alice: leave/);
  await floor.say(ALICE, 'join');
  await floor.say(ALICE, 'claim ex');
  await floor.say(BOSS, `grant ${ALICE} observer`);
  expect(await last()).toEqual({ verb: 'grant', environment: 'ex', result: 'done', run: null });
  await floor.say(BOSS, `revoke ${ALICE}`);
  expect(await last()).toEqual({ verb: 'revoke', environment: null, result: 'done', run: null });
  await floor.say(ALICE, 'claim ex');
  await floor.say(BOSS, 'session end');
  expect(await last()).toEqual({ verb: 'session', environment: 'ex', result: 'done', run: null });
});

it('finds a person also by an account that became its through another one', async () => {
  const { rows } = await floor.database.pool.query(
    `insert into persons (name) values ('first'), ('second'), ('third') returning id`,
  );
  const [first, second, third] = rows.map(({ id }) => id as number);
  await floor.database.pool.query(
    `insert into audit (adapter, message_id, channel, display, person_id, verb, command, result, answer)
     values ('irc:lab', 'chain', '#day', 'zed', $1, 'claim', 'claim ex', 'done', '-')`,
    [first],
  );
  await floor.database.pool.query(
    'update persons p set merged_into = m.into_id from (values ($1::int, $2::int), ($2, $3)) m (id, into_id) where p.id = m.id',
    [first, second, third],
  );
  for (const name of ['first', 'second', 'third'])
    expect(await floor.say(BOSS, `audit person=${name}`), name).toMatch(/^1 command, the last: .*: claim ex/);
});
