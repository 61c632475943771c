import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Floor, IRC, openFloor, SLACK } from './floor.ts';

const ON_IRC = 'irc:lab/alice';
const ON_SLACK = 'slack:T1/U1';

let floor: Floor;

beforeAll(async () => {
  floor = await openFloor();
});
afterAll(() => floor?.close());

it('takes the accounts and channels of one person for one: a flood through all of them brings one notice', async () => {
  const code = /code: (\S+)/.exec(await floor.say(ON_IRC, 'link', 'irc:lab/@alice'))?.[1];
  await floor.say(ON_SLACK, `link ${code}`);
  await floor.restart(); // whose accounts are whose is read at the start, and now and then
  await floor.say('irc:lab/bob', 'whoami');

  const places = [
    [ON_IRC, IRC],
    [ON_IRC, 'irc:lab/#other'],
    [ON_SLACK, SLACK],
    [ON_SLACK, 'slack:T1/C2'],
  ] as const;
  const said = Array.from({ length: 40 }, (_, at) => {
    const [who, where] = places[at % places.length] ?? places[0];
    return floor.say(who, 'whoami', where);
  });
  const bob = floor.say('irc:lab/bob', 'whoami');
  const answers = (await Promise.allSettled(said)).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value] : [],
  );
  expect(answers.filter((text) => text.startsWith('You are'))).toHaveLength(12);
  expect(answers.filter((text) => text.includes('of your commands wait already'))).toHaveLength(1);
  expect(answers).toHaveLength(13);
  expect(await bob).toMatch(/^You are bob/);
});

it('does not act on what it refused, when the next process reads it again', async () => {
  const carol = 'irc:lab/carol';
  const said = await Promise.allSettled(Array.from({ length: 30 }, () => floor.say(carol, 'whoami')));
  expect(said.filter(({ status }) => status === 'fulfilled')).toHaveLength(13);
  const before = await floor.heard();
  await floor.restart();
  await floor.repeat({ late: true });
  expect(await floor.heard()).toEqual(before);
});

it('answers what comes twice while it waits, as if it had come once', async () => {
  const said = Array.from({ length: 12 }, () => floor.say('irc:lab/dave', 'whoami'));
  await floor.repeat();
  for (const answer of await Promise.all(said)) expect(answer).toMatch(/^You are dave/);
});
