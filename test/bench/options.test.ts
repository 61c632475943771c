import { describe, expect, it } from 'vitest';
import { readOptions, UsageError, WORKS } from '../../bench/options.ts';

describe('the command line of a measurement', () => {
  it('measures everything three times if nothing else is said', () => {
    const options = readOptions(['fanout']);
    expect([...options.only]).toEqual([...WORKS]);
    expect(options).toMatchObject({ rounds: 3, quick: false, alone: false, profile: null, parallel: null });
  });

  it('takes some works, rounds and a quick look', () => {
    expect([...readOptions(['fanout', '--only', 'w1,rtt']).only]).toEqual(['w1', 'rtt']);
    expect(readOptions(['fanout', '--quick']).rounds).toBe(1);
    expect(readOptions(['fanout', '--quick', '--rounds', '5']).rounds).toBe(5);
  });

  it.each([
    [[], 'fanout'],
    [['fanin'], 'fanout'],
    [['fanout', '--rounds', '0'], '--rounds'],
    [['fanout', '--parallel', 'many'], '--parallel'],
    [['fanout', '--only', 'w1,w9'], 'w9'],
    [['fanout', '--fast'], '--fast'],
  ])('refuses %j and names what is wrong', (words, named) => {
    expect(() => readOptions(words)).toThrow(UsageError);
    expect(() => readOptions(words)).toThrow(named);
  });
});
