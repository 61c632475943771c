import { afterEach, expect, it } from 'vitest';
import { type Floor, openFloor } from './floor.ts';

const BOSS = 'irc:lab/boss';

let floor: Floor;
afterEach(() => floor?.close());

it('logs name the node where the role has several, also when all lines are of one', async () => {
  floor = await openFloor({ admins: [BOSS] });
  const { pool } = floor.database;
  await pool.query(
    `insert into nodes (environment_id, pool, machine, name, role, index, state)
     select id, 'rack', 'r2', 'node-2', 'node', 2, 'up' from environments where name = 'demo'`,
  );
  const wrote = (node: string, line: string) =>
    pool.query(
      `insert into output (run_id, task_id, text)
       select t.run_id, t.id, $2 from tasks t join nodes n on n.id = t.node_id where n.name = $1`,
      [node, line],
    );
  const code = async (line: string) => (await floor.answer(BOSS, line)).blocks?.[0];
  await floor.say(BOSS, 'run demo -- true');
  await wrote('node-2', 'no agent');
  expect(await floor.say(BOSS, 'logs demo')).toMatch(/^demo: the last line of "run demo -- true" on node-2 /);
  expect(await code('logs demo')).toMatchObject({ text: 'no agent' });
  // Who names the node knows it.
  expect(await floor.say(BOSS, 'logs demo/node-2')).toMatch(/ of "run demo -- true" \(queued\)/);

  await wrote('node', 'an agent');
  expect(await floor.say(BOSS, 'logs demo')).toMatch(/ the last 2 lines of "run demo -- true" \(queued\)/);
  expect(await code('logs demo')).toMatchObject({ text: 'node-2: no agent\nnode: an agent' });

  // The other environment has one node only.
  await floor.endRun('demo');
  await floor.say(BOSS, 'run ex -- true');
  await pool.query(
    `insert into output (run_id, task_id, text)
     select run_id, id, 'alone' from tasks order by run_id desc limit 1`,
  );
  expect(await floor.say(BOSS, 'logs ex')).toMatch(/^ex: the last line of "run ex -- true" \(queued\)/);
});
