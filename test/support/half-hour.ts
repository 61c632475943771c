import type { Need } from './needs.ts';

/**
 * `npm test` has half an hour on two cores. What takes a third of that does not begin when the tests before it have taken longer than
 * usual: the machine is slow just now, and nothing at all would be told. Those tests take ten minutes on a quiet machine.
 */
const LATEST_BEGIN_MS = 13 * 60_000;

/** Whether there is time for the tests of `file`, which take ten minutes, as there always is where they run alone. */
export function needTime(file: string, now = Date.now()): Need {
  const began = Number(process.env.TESTS_BEGAN ?? now);
  const minutes = Math.round((now - began) / 60_000);
  if (now - began <= LATEST_BEGIN_MS) return { ok: true };
  const why = `the machine is slow: ${minutes} of 30 minutes have passed; run it alone: npm test -- ${file}`;
  return { ok: false, why };
}
