import { expect, it } from 'vitest';
import type { TaskRow } from '../../db/runs.ts';
import { leftBy, stillRunning } from '../../engine/left-over.ts';

const leftOf = (left: readonly string[]) =>
  leftBy({ state: 'cancelled', detail: `cancelled${stillRunning(left)}` } as TaskRow);

it('a few processes that a task has left are all named', () => {
  expect(leftOf(['17 sleep 300', '18 cat'])).toBe('17 sleep 300, 18 cat');
});

it('of many, people are told some and how many more', () => {
  const hung = Array.from({ length: 200 }, (_, i) => `${i} cp`);
  expect(leftOf(hung)).toBe('0 cp, 1 cp, 2 cp, 3 cp, 4 cp and 195 more');
});
