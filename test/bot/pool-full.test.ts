import { afterEach, expect, it } from 'vitest';
import { type Floor, openFloor } from './sessions/floor.ts';

const BOSS = 'irc:lab/boss';

let floor: Floor;
afterEach(() => floor?.close());

/** Environments of so many nodes, on a pool of so many machines; their provisions are over. */
async function openFull(machines: number, holders: Readonly<Record<string, number>>): Promise<void> {
  floor = await openFloor({ admins: [BOSS], environments: [], machines });
  for (const [name, nodes] of Object.entries(holders)) {
    expect(await floor.say(BOSS, `provision ${name} from trial node=${nodes}`)).toMatch(/^\S+: provisioning/);
    await floor.endRun(name);
  }
}

it('where a pool is full, the smallest environment that frees enough is named', async () => {
  await openFull(6, { big: 3, small: 1, two: 2 });
  expect(await floor.say(BOSS, 'provision new from trial plan')).toBe(
    'pool rack is full: new needs 1 more, 0 of 6 machines are free; held by big, small, two — ask who uses small, then free it: destroy small',
  );
  expect(await floor.say(BOSS, 'provision new from trial node=2 plan')).toMatch(/destroy two$/);
});

it('what is free already is counted', async () => {
  await openFull(6, { big: 3, small: 1 });
  expect(await floor.say(BOSS, 'provision new from trial node=3')).toMatch(
    /needs 3 more, 2 of 6 machines are free; .*destroy small$/,
  );
});

it('what destroy is refused for now is not named', async () => {
  await openFull(4, { big: 3, small: 1 });
  await floor.say(BOSS, 'run small -- true');
  expect(await floor.say(BOSS, 'provision new from trial')).toMatch(/destroy big$/);
});

it('who asks is not told to destroy the own environment; the pool is named where nobody else frees enough', async () => {
  await openFull(4, { mine: 1, other: 3 });
  expect(await floor.say(BOSS, 'provision mine node=2')).toMatch(/destroy other$/);
  await floor.say(BOSS, 'run other -- true');
  expect(await floor.say(BOSS, 'provision mine node=2')).toBe(
    'pool rack is full: mine needs 1 more, 0 of 4 machines are free; held by mine, other — pool rack tells which machine is whose, to ask them',
  );
});
