import { describe, expect, it } from 'vitest';
import { pauseBeforeNext, pauseLeft } from '../../engine/attempts.ts';

const policy = (changes: object = {}) => ({ retries: 2, backoffMs: 1_000, repeatable: false, ...changes });
const middle = () => 0.5;

describe('the next attempt', () => {
  it('comes after a pause that doubles, as often as the step says', () => {
    const pauses = [1, 2, 3].map((attempts) =>
      pauseBeforeNext(policy(), attempts, { state: 'failed' }, middle),
    );
    expect(pauses).toEqual([1_000, 2_000, null]);
  });

  it('never pauses for longer than five minutes, give or take a fifth', () => {
    const pause = pauseBeforeNext(policy({ retries: 50 }), 40, { state: 'failed' }, () => 1);
    expect(pause).toBe(360_000);
  });

  it.each(['done', 'broke', 'cancelled'] as const)('does not come after %s', (state) => {
    expect(pauseBeforeNext(policy({ repeatable: true }), 1, { state }, middle)).toBeNull();
  });

  it('comes at once after an unknown of a repeatable step, but not for ever', () => {
    const repeatable = policy({ repeatable: true, retries: 0 });
    expect(pauseBeforeNext(repeatable, 3, { state: 'unknown' }, middle)).toBe(0);
    expect(pauseBeforeNext(repeatable, 4, { state: 'unknown' }, middle)).toBeNull();
    expect(pauseBeforeNext(policy(), 1, { state: 'unknown' }, middle)).toBeNull();
  });

  it('is waited for no longer than its pause can have been, whatever clock has set the end of that', () => {
    const now = Date.UTC(2026, 10, 28, 12);
    const left = (ms: number | null, attempts = 1) =>
      pauseLeft(policy(), attempts, ms === null ? null : new Date(now + ms), now);
    expect([left(null), left(-500), left(0), left(500)]).toEqual([0, 0, 0, 500]);
    expect([left(3_600_000), left(3_600_000, 2)]).toEqual([1_200, 2_400]);
  });

  it('does not come while something of the last one still runs', () => {
    expect(pauseBeforeNext(policy(), 1, { state: 'failed', stillRuns: true }, middle)).toBeNull();
  });
});
