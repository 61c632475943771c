import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Floor, openFloor } from './sessions/floor.ts';

const BOSS = 'irc:lab/boss';
const SCRIPT = `set -e\n${'echo this and that\n'.repeat(20)}`;
const BEGINNING = '"run demo -- set -e echo this and that echo this and that ec…"';

let floor: Floor;
beforeAll(async () => {
  floor = await openFloor({ admins: [BOSS], environments: ['demo'] });
});
afterAll(() => floor?.close());

it('of a long command its beginning is cited', async () => {
  await floor.say(BOSS, `run demo -- ${SCRIPT}`);
  expect(await floor.say(BOSS, 'verify demo')).toContain(`demo is busy: boss started ${BEGINNING} —`);
  await floor.endRun('demo');
  expect(await floor.say(BOSS, 'promote demo')).toContain(`last verified: ${BEGINNING} by boss, `);
  expect(await floor.say(BOSS, 'retry demo')).toContain(`succeeded: ${BEGINNING} —`);
});
