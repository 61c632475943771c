import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Floor, openFloor } from './sessions/floor.ts';

const BOSS = 'irc:lab/boss';

let floor: Floor;
beforeAll(async () => {
  floor = await openFloor({ admins: [BOSS] });
});
afterAll(() => floor?.close());

it.each(['0x2', '0b1', '1e0', '+1', '1.0', "' 1'", '-1', '١'])(
  'a node count is digits and nothing else: not node=%s',
  async (typed) => {
    const asked = typed.replaceAll("'", '');
    expect(await floor.say(BOSS, `provision new from trial node=${typed} plan`)).toBe(
      `node=${asked}: trial takes 1 to 9 nodes — write the number in digits, as in node=1`,
    );
  },
);

it('a node count that is out of range is told the range', async () => {
  for (const asked of ['0', '10', '99999999999999999999'])
    expect(await floor.say(BOSS, `provision new from trial node=${asked} plan`)).toBe(
      `node=${asked}: trial takes 1 to 9 nodes`,
    );
  expect(await floor.say(BOSS, 'provision new from trial node=2 plan')).toMatch(
    /: node-1 on r1, node-2 on r2;/,
  );
});

it('a refusal to take nodes out names the environment', async () => {
  await floor.say(BOSS, 'provision new from trial node=2');
  await floor.endRun('new');
  expect(await floor.say(BOSS, 'provision new node=1')).toBe(
    'new has 2 nodes, and nodes are not taken out of a living environment — destroy it and provision anew, or ask for at least as many',
  );
});

it('what every object has is no role', async () => {
  expect(await floor.say(BOSS, 'provision demo constructor=3 plan')).toMatch(
    /^blueprint trial has no parameter "constructor"/,
  );
});
