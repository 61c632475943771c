import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOffset, comparedOffset } from '../../../engine/facts/clock.ts';

describe('how far a clock is from ours', () => {
  it('is not more than the round trip allows to say', () => {
    expect(clockOffset(10_000, 9_900, 10_100)).toBe('in step');
    // It may have been right when it was read: the answer took its time.
    expect(clockOffset(10_000, 5_000, 15_000)).toBe('in step');
    expect(clockOffset(3_610_000, 9_900, 10_100)).toBe('+3600.0 s (to 0.1 s)');
    expect(clockOffset(10_000, 70_000, 70_400)).toBe('−60.2 s (to 0.2 s)');
  });

  it('never blames a clock that may be right to a second', () => {
    const ms = fc.integer({ min: 0, max: 1e12 });
    fc.assert(
      fc.property(
        ms,
        fc.nat(60_000),
        fc.nat(60_000),
        fc.integer({ min: -1000, max: 1000 }),
        (at, before, after, off) => {
          expect(clockOffset(at + off, at - before, at + after)).toBe('in step');
        },
      ),
    );
  });

  it('compares to ten seconds', () => {
    expect(comparedOffset('+3600.2 s (to 0.1 s)')).toBe(comparedOffset('+3599.1 s (to 0.4 s)'));
    expect(comparedOffset('+3600.2 s (to 0.1 s)')).not.toBe(comparedOffset('−3600.2 s (to 0.1 s)'));
    expect(comparedOffset('in step')).toBe('in step');
  });
});
