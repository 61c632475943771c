import { describe, expect, it } from 'vitest';
import { createTurns } from '../../bot/turns.ts';
import { createUnsaid } from '../../bot/unsaid.ts';

describe('answers that are not said yet', () => {
  it('hold up the one they are for, and nobody else', async () => {
    const unsaid = createUnsaid({ most: 2, patience: 60_000 });
    const turns = createTurns({ atOnce: 1, mostWaiting: 5, room: unsaid.room });
    const done: string[] = [];
    const answer = (person: string, message: number) =>
      turns.take(person, async () => {
        done.push(`${person} ${message}`);
        unsaid.put(person, message);
      });
    const all = [1, 2, 3, 4].map((message) => answer('troll', message));
    await Promise.all([all[0], all[1]]);
    await answer('bob', 5);
    expect(done).toEqual(['troll 1', 'troll 2', 'bob 5']);
    unsaid.settled(1);
    await all[2];
    unsaid.settled(2);
    await all[3];
    expect(done).toEqual(['troll 1', 'troll 2', 'bob 5', 'troll 3', 'troll 4']);
  });

  it('hold nobody up for ever: the service may be away', async () => {
    const unsaid = createUnsaid({ most: 1, patience: 10 });
    unsaid.put('alice', 1);
    await unsaid.room('alice');
    unsaid.settled(1);
    await unsaid.room('alice');
  });
});
