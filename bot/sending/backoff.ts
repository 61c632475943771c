const FIRST_MS = 1_000;
/** An outage that ends is noticed within this time. */
const LONGEST_MS = 15_000;

/**
 * Milliseconds until the next attempt: what the service asked for and a little more, or else twice as long each time, up to a
 * limit. With some chance in it, so that many messages do not come back in step. `attempts`: those that have failed, 1….
 */
export function pauseAfter(attempts: number, asked: number | undefined, chance = Math.random()): number {
  if (asked !== undefined) return asked + chance * Math.min(250, asked / 4);
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 10));
  return doubled * (0.75 + chance / 2);
}
