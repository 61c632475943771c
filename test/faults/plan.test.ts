import { expect, it } from 'vitest';
import { KIND_NAMES, type Kind, planRound, type RoundPlan } from './plan.ts';

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

it('since seed 10000 half of the rounds about what can meet a playbook strike while it is at work', () => {
  const struckIn = (kind: Kind, first: number) =>
    Array.from({ length: 60 }, (_, i) => planRound(first + i, kind)).filter(
      ({ playbook, faults: [fault] }) => {
        const moment = fault?.moment;
        return playbook !== null && moment !== undefined && 'step' in moment && moment.step === playbook.id;
      },
    );
  const meet = [
    'kill',
    'kill-worker',
    'pause',
    'postgres',
    'cancel',
    'cut',
    'stall',
    'sshd',
    'reboot',
    'reset',
  ];
  for (const kind of KIND_NAMES) {
    expect(struckIn(kind, 9_940)).toEqual([]);
    const struck = struckIn(kind, 10_000);
    expect(struck).toHaveLength(meet.includes(kind) ? 30 : 0);
    const various = [
      ...struck.map(({ playbook }) => `repeatable: ${playbook?.repeatable}`),
      ...struck.map(({ faults: [fault] }) => `strikes after its ${fault?.moment.after}`),
    ];
    expect(new Set(various).size).toBe(struck.length > 0 ? 4 : 0);
  }
});

it('rounds have every kind of work, and each of it somewhere under a fault', () => {
  const plans = KIND_NAMES.flatMap((kind) => Array.from({ length: 40 }, (_, seed) => planRound(seed, kind)));
  const some = (what: (plan: RoundPlan) => boolean) => plans.filter(what).length / plans.length;
  expect(some(({ copies }) => copies.some(({ usedBy }) => usedBy.length > 0))).toBeGreaterThan(0.3);
  expect(some(({ steps }) => steps.some(({ doneIf }) => doneIf))).toBeGreaterThan(0.5);
  expect(some(({ steps }) => steps.some(({ made }) => made.length > 0))).toBeGreaterThan(0.2);
  expect(some(({ playbook }) => playbook !== null)).toBeGreaterThan(0.1);
  expect(some(({ again }) => again)).toBeGreaterThan(0.3);
  expect(some(({ faults }) => faults.some(({ inSecond }) => inSecond))).toBeGreaterThan(0.2);
  for (const { steps, copies, machines, again, faults } of plans) {
    const place = (id: string) => steps.findIndex((step) => step.id === id);
    // In no circle: what comes before a file is before what comes after it.
    for (const { needs, usedBy } of copies)
      for (const before of needs)
        for (const after of usedBy) expect(place(before)).toBeLessThan(place(after));
    for (const { made, doneIf } of steps) {
      for (const machine of made) expect(machine).toBeLessThanOrEqual(machines);
      if (made.length > 0) expect(doneIf).toBe(true);
    }
    // Something is left to be done on every machine.
    expect(steps.filter(({ made }) => made.length > 0).length).toBeLessThan(steps.length);
    if (!again) expect(faults.some(({ inSecond }) => inSecond)).toBe(false);
  }
});
