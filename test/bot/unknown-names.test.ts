import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Floor, openFloor } from './sessions/floor.ts';

const BOSS = 'irc:lab/boss';

let floor: Floor;
beforeAll(async () => {
  floor = await openFloor({ admins: [BOSS], environments: ['demo'] });
  await floor.say(BOSS, 'provision new from trial');
  await floor.endRun('new');
});
afterAll(() => floor?.close());

it.each(['demo', 'other from trial'])(
  'a pool that is not there is told first: provision %s',
  async (what) => {
    const text = await floor.say(BOSS, `provision ${what} pool=xx`);
    expect(text).toBe('No pool xx is configured — pools here: rack');
  },
);

it('a step that no run has is told, with the one that was meant', async () => {
  expect(await floor.say(BOSS, 'logs new instal')).toBe(
    'The last runs on new have no step instal — did you mean install?',
  );
  expect(await floor.say(BOSS, 'logs new keystone')).toMatch(
    /^The last runs on new have no step keystone — their steps: .*install/,
  );
  expect(await floor.say(BOSS, 'logs new install')).toBe('new: no output of step install in its last runs');
});

it('of logs, help says how many lines there can be, and more are refused', async () => {
  const { blocks } = await floor.answer(BOSS, 'help logs');
  expect(JSON.stringify(blocks)).toContain('how many lines, 1 to 500; 20 if not given');
  expect(await floor.say(BOSS, 'logs new tail=501')).toBe(
    'tail= must be a whole number from 1 to 500, not "501" — try: logs new tail=500',
  );
});
