import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutValues } from '../../../db/query-error.ts';
import { openRoom, type Room } from './room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom({ admins: ['irc:lab/ann'] });
});
afterAll(() => room.close());

it('a command that breaks is logged without what may be secret in it', async () => {
  // There is no engine in this room.
  expect(await room.say('irc:lab/ann', 'provision ex from hello password=correct-horse')).toMatch(
    /^That broke inside the bot: provision is not there/,
  );
  const broken = room.logged.filter((line) => line.includes('broke:'));
  expect(broken).toHaveLength(1);
  expect(broken[0]).toMatch(/^irc:lab\/#room: "provision ex …" broke: Error: provision is not there/);
  expect(room.logged.join()).not.toContain('correct-horse');
});

it('a query that fails is logged without its values', async () => {
  const failed = await room.database.db
    .execute(`select 'correct-horse'::text as word, 1 / 0`)
    .then(() => null)
    .catch((error: Error) => error);
  expect(failed?.message).toContain('Failed query');
  const logged = withoutValues(failed as Error);
  expect(logged).toMatch(/^Failed query: [\s\S]* at .*[\s\S]*because of error: division by zero/);
  expect(logged).not.toContain('params:');
});
