import { describe, expect, it } from 'vitest';
import { createTurns } from '../../bot/turns.ts';

function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('turns', () => {
  it('does what one person says in the order of saying, and others meanwhile', async () => {
    const turns = createTurns({ atOnce: 4, mostWaiting: 10 });
    const done: string[] = [];
    const slow = gate();
    const first = turns.take('alice', () => slow.opened.then(() => void done.push('alice 1')));
    const second = turns.take('alice', async () => void done.push('alice 2'));
    await turns.take('bob', async () => void done.push('bob'));
    expect(done).toEqual(['bob']);
    slow.open();
    await Promise.all([first, second]);
    expect(done).toEqual(['bob', 'alice 1', 'alice 2']);
  });

  it('lets a flood of one person slow only that person, and says so once', async () => {
    const turns = createTurns({ atOnce: 1, mostWaiting: 3 });
    const done: string[] = [];
    const slow = gate();
    const kept = [1, 2, 3].map((n) =>
      turns.take('troll', () => slow.opened.then(() => void done.push(`troll ${n}`))),
    );
    expect(await turns.take('troll', async () => {})).toEqual({ flooded: true, first: true });
    expect(await turns.take('troll', async () => {})).toEqual({ flooded: true, first: false });
    const bob = turns.take('bob', async () => void done.push('bob'));
    slow.open();
    await Promise.all([...kept, bob]);
    expect(done).toEqual(['troll 1', 'bob', 'troll 2', 'troll 3']);
    expect(await turns.take('troll', async () => {})).toBe('done');
  });

  it('goes on after work that rejects', async () => {
    const turns = createTurns({ atOnce: 1, mostWaiting: 3 });
    await expect(turns.take('alice', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.take('alice', async () => {})).toBe('done');
  });
});
