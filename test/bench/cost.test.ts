import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuOf, median, medianCost, quantile } from '../../bench/cost.ts';

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });

describe('medians', () => {
  it('have as many values above as below', () => {
    fc.assert(
      fc.property(values, (some) => {
        const middle = median(some);
        const above = some.filter((value) => value > middle).length;
        const below = some.filter((value) => value < middle).length;
        expect(above).toBeLessThanOrEqual(some.length / 2);
        expect(below).toBeLessThanOrEqual(some.length / 2);
      }),
    );
  });

  it('of costs are those of one round for processor time, so that its parts add up', () => {
    const rounds = [
      { wall: 3, client: 1, database: 0, nodes: 9 },
      { wall: 1, client: 4, database: 1, nodes: 1 },
      { wall: 2, client: 1, database: 1, nodes: 1 },
    ];
    const cost = medianCost(rounds);
    expect(cost).toEqual({ wall: 2, client: 4, database: 1, nodes: 1 });
    expect(cost && cpuOf(cost)).toBe(6);
    expect(medianCost([])).toBeNull();
  });
});

describe('quantiles', () => {
  it('are the smallest value that so many do not exceed', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (some, q) => {
        const found = quantile(some, q);
        expect(some).toContain(found);
        expect(some.filter((value) => value <= found).length).toBeGreaterThanOrEqual(q * some.length);
        expect(some.filter((value) => value < found).length).toBeLessThan(q * some.length);
      }),
    );
  });
});
