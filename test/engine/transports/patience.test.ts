import { expect, test } from 'vitest';
import { createPatience } from '../../../engine/transports/patience.ts';

test('a few tasks are given the time that was said, many at once more, and never without end', () => {
  const patience = createPatience(250);
  const given = Array.from({ length: 1_000 }, () => patience.begin());
  expect(given.slice(0, 4).map(({ ms }) => ms)).toEqual(Array(4).fill(250));
  expect(given[49]?.ms).toBe(3_125);
  expect(given[999]?.ms).toBe(5_000);
});

test('only tasks that are still waited for count, and each once', () => {
  const patience = createPatience(250);
  for (const one of Array.from({ length: 100 }, () => patience.begin())) {
    one.over();
    one.over();
  }
  expect(patience.begin().ms).toBe(250);
});
