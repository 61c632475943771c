import { afterEach, expect, it } from 'vitest';
import type { ApprovalRule } from '../../../sessions/approvals.ts';
import { type Floor, IRC, MINUTE, openFloor, SLACK } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'slack:T1/bob';
const CAROL = 'irc:lab/carol';

const rule: ApprovalRule = {
  commands: ['destroy', 'run'],
  environments: ['*'],
  count: 2,
  role: 'operator',
  withinMs: 60 * MINUTE,
};

let floor: Floor;
afterEach(() => floor?.close());
const open = async (options: Parameters<typeof openFloor>[0] = {}) => {
  floor = await openFloor({ admins: [BOSS], policy: { approvals: [rule] }, ...options });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'session link essex-day', SLACK);
  for (const who of [ALICE, BOB]) {
    await floor.say(who, 'join');
    await floor.say(BOSS, `grant ${who} operator`);
  }
};

it('is asked with what would happen; two other operators start it, from any service', async () => {
  await open();
  const question = await floor.answer(ALICE, 'destroy demo');
  expect(question.text).toBe(
    'Approval 1: alice wants "destroy demo": 1 step on 1 node (node): give machine back; the configuration wants destroy of demo approved. It takes 2 persons (operator or more) other than alice, 0 so far, within 1 h. Say: approve 1, or: reject 1. All of it: http://day.example/approvals/1',
  );
  expect(question.buttons?.map(({ command }) => command)).toEqual(['approve 1', 'reject 1']);
  await floor.hears(/^Approval 1: alice wants/, SLACK);
  expect(await floor.say(ALICE, 'destroy demo')).toMatch(/^Approval 1: alice wants .* 0 so far/);
  expect(await floor.say(ALICE, 'approve 1')).toMatch(/^you asked for approval 1 yourself/i);
  expect(await floor.say(CAROL, 'approve 1')).toMatch(
    /approval 1 is for people who are operator or more; you are a participant here — ask an operator/i,
  );
  expect(await floor.say(BOB, 'approve 1')).toBe(
    'Approval 1, "destroy demo": 1 of 2 agree. bob, operator, approves',
  );
  await floor.hears(/^Approval 1, "destroy demo": 1 of 2 agree/);
  expect(await floor.say(BOB, 'approve 1')).toMatch(/1 of 2 agree/);
  expect(await floor.say(CAROL, 'approve')).toMatch(/^1: alice wants "destroy demo", 1 of 2 .* agree/);
  expect(await floor.say(BOSS, 'approve 1', SLACK)).toMatch(
    /approved\. bob, operator, approves; boss, admin, approves\ndemo: destroying … watch/,
  );
  expect(await floor.say(BOSS, 'approve 1')).toMatch(/was approved, and has begun/);
  const { rows } = await floor.database.pool.query(
    `select requester, channel from runs where kind = 'destroy'`,
  );
  expect(rows).toEqual([{ requester: 'alice', channel: IRC }]);
});

it('is started once when the last two agree at the same moment', async () => {
  await open();
  await floor.say(BOSS, `grant ${CAROL} operator`);
  await floor.say(CAROL, 'join');
  await floor.say(BOSS, `grant ${CAROL} operator`);
  await floor.say(ALICE, 'destroy demo');
  await Promise.all([BOB, CAROL, BOSS].map((who) => floor.say(who, 'approve 1')));
  const { rows } = await floor.database.pool.query(`select id from runs where kind = 'destroy'`);
  expect(rows).toHaveLength(1);
  const asked = await floor.database.pool.query('select id from approvals');
  expect(asked.rows).toHaveLength(1);
});

it('is void when what would happen has changed', async () => {
  await open();
  await floor.say(ALICE, 'destroy demo');
  await floor.say(BOB, 'approve 1');
  await floor.database.pool.query(
    `insert into nodes (environment_id, pool, machine, name, role, index, state)
     select id, 'rack', 'another', 'node-2', 'node', 2, 'up' from environments where name = 'demo'`,
  );
  expect(await floor.say(BOSS, 'approve 1')).toMatch(
    /approved\..*\nApproval 2: alice wants "destroy demo": 1 step on 2 nodes \(node, node-2\)/,
  );
  await floor.hears(/^Approval 1, "destroy demo" is void: what would happen has changed since/, SLACK);
  const { rows } = await floor.database.pool.query(`select id from runs where kind = 'destroy'`);
  expect(rows).toEqual([]);
  expect(await floor.say(BOB, 'approve 1')).toMatch(/is void/);
});

it('is asked for anew also where it was asked for, and once where it was agreed to', async () => {
  await open();
  await floor.say(ALICE, 'destroy demo');
  await floor.say(BOSS, 'approve 1');
  await floor.database.pool.query(
    `insert into nodes (environment_id, pool, machine, name, role, index, state)
     select id, 'rack', 'another', 'node-2', 'node', 2, 'up' from environments where name = 'demo'`,
  );
  expect(await floor.say(BOB, 'approve 1')).toMatch(/approved\..*\nApproval 2: alice wants "destroy demo"/);
  await floor.hears(/^Approval 1, "destroy demo" is void: what would happen has changed since/);
  await floor.hears(/^Approval 2: alice wants "destroy demo": 1 step on 2 nodes/);
  expect((await floor.heard(SLACK)).filter((text) => /Approval 2: alice wants/.test(text))).toHaveLength(1);
});

it('that cannot begin is told where it was asked for, with what is in its way, and ends as approved', async () => {
  await open({ policy: { approvals: [{ ...rule, count: 1 }] } });
  await floor.say(ALICE, 'destroy demo');
  await floor.say(CAROL, 'claim demo');
  expect(await floor.say(BOB, 'approve 1')).toMatch(
    /approved\..*\nBut it cannot begin now: demo is held by carol/,
  );
  await floor.hears(
    /^Approval 1, "destroy demo" cannot begin now: demo is held by carol.*alice may say it again until the approval runs out$/,
  );
  expect(await floor.heard(SLACK)).not.toContainEqual(
    expect.stringMatching(/^Approval 1, .* cannot begin now/),
  );
  await floor.pass(61 * MINUTE);
  await floor.hears(/^Approval 1, "destroy demo": approved, but not begun in time; it will not happen$/);
  expect(await floor.say(BOSS, 'approve 1')).toMatch(/was not approved and begun in time/);
});

it('is rejected by one, taken back by who asked, void when that one leaves, and ends with its time', async () => {
  await open();
  await floor.say(ALICE, 'destroy demo');
  expect(await floor.say(CAROL, 'reject 1')).toMatch(/for people who are operator/);
  expect(await floor.say(BOB, 'reject 1')).toMatch(/rejected: it will not happen\. bob rejects it/);
  await floor.hears(/^Approval 1, "destroy demo": rejected/);
  await floor.say(ALICE, 'destroy demo');
  expect(await floor.say(ALICE, 'reject 2')).toMatch(/rejected: it will not happen\. alice rejects it/);
  await floor.say(ALICE, 'destroy demo');
  expect(await floor.say(ALICE, 'leave')).toMatch(/approval 3 withdrawn/);
  expect(await floor.say(BOB, 'approve 3')).toMatch(/is void/);
  await floor.say(BOB, 'destroy demo');
  await floor.pass(61 * MINUTE);
  await floor.hears(/^Approval 4, "destroy demo": not enough agreed in time/);
  expect(await floor.say(BOSS, 'approve 4')).toMatch(/was not approved and begun in time/);
});

it('is for the roles that people have now', async () => {
  await open();
  await floor.say(ALICE, 'destroy demo');
  await floor.say(BOB, 'approve 1');
  await floor.say(BOSS, `revoke ${BOB}`);
  expect(await floor.say(BOSS, 'approve 1')).toMatch(
    /1 of 2 agree\. bob is participant, not operator; boss, admin/,
  );
});

it('is wanted by what a blueprint marks as destructive, too', async () => {
  await open({ policy: {}, destructive: ['snapshot'] });
  expect(await floor.say(ALICE, 'reset demo')).toMatch(
    /its blueprint marks "wipe the disk" as destructive\. It takes one operator other than alice/,
  );
  expect(await floor.say(BOB, 'approve 1')).toMatch(/approved.*\ndemo: resetting/);
  expect(await floor.say(ALICE, 'run ex -- true')).toMatch(/running the command/);
});

it('is wanted again by a retry, for what is left to do, as it was the first time', async () => {
  await open({ policy: { approvals: [{ ...rule, commands: ['run'], count: 1 }] } });
  await floor.say(ALICE, 'run demo -- rm -rf /srv');
  expect(await floor.say(BOB, 'approve 1')).toMatch(/running the command/);
  await floor.endRun('demo', 'failed');
  expect(await floor.say(ALICE, 'retry demo')).toMatch(
    /^Approval 2: alice wants "retry demo", which goes on with "run demo -- rm -rf \/srv": 1 step on 1 node \(node\): rm -rf \/srv; the configuration wants run of demo approved/,
  );
  const { rows } = await floor.database.pool.query(`select state from runs where kind = 'exec'`);
  expect(rows).toEqual([{ state: 'failed' }]);
  expect(await floor.say(BOB, 'approve 2')).toMatch(/approved.*\ndemo: going on with "run demo/);
  await floor.endRun('demo', 'failed');
  expect(await floor.say(ALICE, 'retry demo')).toMatch(/^Approval 3: alice wants/);
});

it('is wanted by a retry while a step that the blueprint marks is left, not when it is done', async () => {
  await open({ policy: {} });
  await floor.say(ALICE, 'reset demo');
  await floor.say(BOB, 'approve 1');
  await floor.endRun('demo', 'failed');
  expect(await floor.say(CAROL, 'retry demo')).toMatch(
    /^Approval 2: carol wants "retry demo", which goes on with "reset demo": 2 steps .* marks "wipe the disk" as destructive/,
  );
  await floor.database.pool.query(`update tasks set state = 'done' where step = 'wipe'`);
  expect(await floor.say(CAROL, 'retry demo')).toMatch(/going on with "reset demo"/);
});

it('is wanted for the retry of the only run an environment has had as little as for that run', async () => {
  await open({ policy: { approvals: [{ ...rule, commands: ['provision'] }] } });
  await floor.database.pool.query(`update runs set state = 'failed'`);
  expect(await floor.say(ALICE, 'retry demo')).toMatch(/going on with "provision demo/);
});

it('hides nothing behind a long command: what is cut says so, and all of it can be read', async () => {
  await open({ policy: { approvals: [{ ...rule, count: 1 }] } });
  const command = `run demo -- echo ${'a'.repeat(300)}; rm -rf /srv`;
  const question = await floor.answer(ALICE, command);
  expect(question.text).toMatch(
    /wants "run demo -- echo a+… \[130 more characters\]": 1 step on 1 node \(node\); .* All of it: http:\/\/day\.example\/approvals\/1$/,
  );
  expect(question.blocks?.[0]).toEqual({ type: 'code', text: command });
  expect(question.blocks?.[1]).toMatchObject({
    rows: [[expect.stringMatching(/more characters\]$/), '1', '']],
  });
  const again = (await floor.hears(/^Approval 1: alice/, SLACK)).toString();
  expect(again).toBe(question.text);
  expect(await floor.say(CAROL, 'approve')).toMatch(
    /^1: alice wants "run demo -- echo a+… \[210 more characters\]", .*: http:\/\/day\.example\/approvals\/1\n/,
  );
  const { rows } = await floor.database.pool.query('select preview from approvals');
  expect(rows[0].preview.steps).toMatchObject([{ title: command.replace('run demo -- ', '') }]);
});

it('names the steps, what destroys something first', async () => {
  await open({ policy: {} });
  expect(await floor.say(ALICE, 'reset demo')).toMatch(
    /2 steps on 1 node \(node\): wipe the disk \[destructive\], install; its blueprint/,
  );
});

it('is for roles as they are in the channel in which somebody says it', async () => {
  const most = (atMost: 'participant' | 'operator', channel: string) => ({
    ...{ environments: [], channels: [channel] },
    ...{ needs: null, atMost },
  });
  await open({
    policy: {
      approvals: [rule],
      limits: [most('operator', SLACK), most('participant', 'irc:lab/#new')],
    },
  });
  await floor.say(ALICE, 'destroy demo');
  expect(await floor.say(BOSS, 'approve 1', 'irc:lab/#new')).toMatch(
    /for people who are operator or more; you are a participant here \(in this channel nobody is more than participant\)/,
  );
  expect(await floor.say(BOSS, 'approve 1', SLACK)).toMatch(/1 of 2 agree/);
});
