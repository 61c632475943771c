import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBlueprint } from '../../engine/blueprint/load.ts';
import { resetPlan, verifyPlan } from '../../engine/plan.ts';

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
