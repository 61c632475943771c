import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Floor, openFloor } from './floor.ts';

let floor: Floor;

beforeAll(async () => {
  floor = await openFloor({ admins: ['irc:lab/boss'] });
  await floor.say('irc:lab/boss', 'session start essex-day');
});
afterAll(() => floor?.close());

it.each(['link', 'whoami', 'release ex', 'note hello', 'leave'])(
  'who says %s is told to log in only where the service vouches for no account, not where it did not answer',
  async (line) => {
    expect(await floor.say('?guest', line)).toMatch(/log in/i);
    const unsure = await floor.say('??guest', line);
    expect(unsure).toMatch(/did not answer/);
    expect(unsure).toMatch(/say it again/i);
    expect(unsure).not.toMatch(/log in/i);
  },
);
