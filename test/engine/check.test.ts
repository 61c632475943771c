import { describe, expect, test } from 'vitest';
import { endOfTrying } from '../../engine/steps/check.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 28, 12);
const left = (begunAgo: number | null, retryForMs: number) =>
  endOfTrying(begunAgo === null ? null : new Date(NOW - begunAgo), retryForMs, NOW) - NOW;

describe('how long a check is tried again', () => {
  test.each([
    ['begun just now', 0, 10 * MINUTE, 10 * MINUTE],
    ['of which nothing is on record', null, 10 * MINUTE, 10 * MINUTE],
    ['begun by somebody else four minutes ago', 4 * MINUTE, 10 * MINUTE, 6 * MINUTE],
    ['whose time passed while its host was down: a minute more', 60 * MINUTE, 10 * MINUTE, MINUTE],
    ['whose time passed, and which had less than a minute', 60 * MINUTE, 5_000, 5_000],
    [
      'begun by a clock that is an hour ahead: no longer than it says',
      -60 * MINUTE,
      10 * MINUTE,
      10 * MINUTE,
    ],
  ])('one %s', (_, begunAgo, retryForMs, expected) => {
    expect(left(begunAgo, retryForMs)).toBe(expected);
  });
});
