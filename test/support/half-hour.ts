/**
 * `npm test` has half an hour on two cores. What takes a third of that does not begin when the tests before it have taken longer than
 * usual: the machine is slow just now, and nothing at all would be told. Those tests take ten minutes on a quiet machine.
 */
const LATEST_BEGIN_MS = 12.5 * 60_000;

/** Why the tests of `file`, which take ten minutes, are left out; null: there is time for them, as always where they run alone. */
export function noTimeLeft(file: string, now = Date.now()): string | null {
  const began = Number(process.env.TESTS_BEGAN ?? now);
  const minutes = Math.round((now - began) / 60_000);
  if (now - began <= LATEST_BEGIN_MS) return null;
  return `the machine is slow: ${minutes} of 30 minutes have passed; run it alone: npm test -- ${file}`;
}
