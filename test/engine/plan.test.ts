import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBlueprint } from '../../engine/blueprint/load.ts';
import { driftPlan, provisionPlan, resetPlan, verifyPlan } from '../../engine/plan.ts';

const folder = join(import.meta.dirname, '..', '..', 'blueprints', 'essex');
const node = (id: number, name: string, role: string) => ({ id, name, role });
const nodes = [node(1, 'controller', 'controller'), node(2, 'compute-1', 'compute')];

test('what has just come up is seen up before it is asked everything at once; what stands is asked at once', async () => {
  const blueprint = await loadBlueprint(folder);
  const values = { size: 'full', components: 'all' };
  const input = { blueprint, values, nodes } as unknown as Parameters<typeof resetPlan>[0];
  const checks = resetPlan(input, { kind: 'layer', layer: 'baseline' }).filter(
    ({ action }) => action.kind === 'check',
  );
  const first = checks.filter(({ after }) => !after).map(({ step }) => step);
  expect(first).toEqual(['units', 'compute-units']);
  expect(checks.length).toBeGreaterThan(10);
  for (const { step, after } of checks) if (!first.includes(step)) expect(after, step).toEqual(first);
  expect(verifyPlan(input).filter(({ after }) => after)).toEqual([]);
});

test('a scheduled look gathers facts after its checks, whose images and servers would be drift to it', async () => {
  const blueprint = await loadBlueprint(folder);
  const values = { size: 'full', components: 'all' };
  const input = { blueprint, values, nodes } as unknown as Parameters<typeof resetPlan>[0];
  const tasks = driftPlan(input, { kind: 'snapshot', name: 'baseline' });
  const checks = [...new Set(verifyPlan(input).map(({ step }) => step))];
  const facts = tasks.filter(({ action }) => action.kind === 'facts');
  expect(facts).toHaveLength(2);
  for (const { after } of facts) expect(after).toEqual(checks);
  expect(tasks.at(-1)).toMatchObject({ action: { kind: 'compare' }, needs: ['@facts'] });
  expect(driftPlan(input, null)).toEqual(verifyPlan(input));
});

test('a compute node that fails keeps no other out of the cell: the last step comes after all of them, however they ended', async () => {
  const blueprint = await loadBlueprint(folder);
  const values = { size: 'full', components: 'all' };
  const input = { blueprint, values, nodes } as unknown as Parameters<typeof resetPlan>[0];
  const tasks = provisionPlan(input, { name: 'baseline', layer: null });
  const last = tasks.find(({ step }) => step === 'hypervisors');
  expect(last?.after).toEqual(['compute']);
  const waitsFor = (step: string): string[] =>
    tasks
      .filter((task) => task.step === step)
      .flatMap(({ needs, needsHere = [] }) => [...needs, ...needsHere])
      .flatMap((need) => [need, ...waitsFor(need)]);
  expect(waitsFor('hypervisors')).toContain('nova-services');
  expect(waitsFor('hypervisors')).not.toContain('compute');
});

test('a step that comes after one that is left out comes after what that one needs', () => {
  const step = (id: string, more: object = {}) => ({
    id,
    title: id,
    on: ['node'],
    needs: [],
    slots: 0,
    run: 'true',
    when: {},
    ...more,
  });
  const never = { when: { size: ['never'] } };
  const steps = [
    step('a'),
    step('b', { needs: ['a'], ...never }),
    step('c', { after: ['b'] }),
    step('d', { after: ['a'], ...never }),
    step('e', { needs: ['d'] }),
  ];
  const blueprint = { params: {}, prelude: [], steps, checks: [], facts: {} };
  const input = { blueprint, values: {}, nodes: [node(1, 'node', 'node')] } as unknown as Parameters<
    typeof resetPlan
  >[0];
  const planned = provisionPlan(input, { name: 'baseline', layer: null });
  const of = (id: string) => planned.find((task) => task.step === id);
  expect(of('c')).toMatchObject({ needs: ['@create'], after: ['a'] });
  expect(of('e')).toMatchObject({ needs: ['@create'], after: ['a'] });
});
