import { expect, it } from 'vitest';
import { KIND_NAMES, planRound } from './plan.ts';

it('a seed always gives the same round, of the kind that was asked for', () => {
  for (const kind of KIND_NAMES) {
    for (let seed = 0; seed < 40; seed += 1) {
      const plan = planRound(seed, kind);
      expect(plan).toEqual(planRound(seed, kind));
      expect(plan.faults[0]?.kind).toBe(kind);
      for (const { machine } of plan.faults) expect(machine).toBeLessThanOrEqual(plan.machines);
    }
  }
});

it('seeds give different rounds', () => {
  const plans = Array.from({ length: 40 }, (_, seed) =>
    JSON.stringify({ ...planRound(seed, 'cut'), seed: 0 }),
  );
  expect(new Set(plans).size).toBeGreaterThan(35);
});
