import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationError, formatDuration, parseDuration } from '../../engine/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
    [' 0s ', 0],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    ['90', /has no unit: write 90s, 90m or 90h/],
    ['', /is not a duration/],
    ['soon', /"soon" is not a duration: write 90s/],
    ['-5s', /is not a duration/],
    ['1.5h', /is not a duration/],
    ['30m1h', /units go from large to small/],
    ['1m1m', /units go from large to small/],
    ['999d', /too long: at most 366d/],
  ])('refuses %j', (text, message) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
    expect(() => parseDuration(text)).toThrow(message);
  });

  it('reads what is written in units, and throws nothing else than DurationError', () => {
    const whole = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(whole, whole, whole, (d, h, s) => {
        expect(parseDuration(`${d}d${h}h${s}s`)).toBe(((d * 24 + h) * 3_600 + s) * 1_000);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9smhd. -]{0,20}$/)), (text) => {
        try {
          expect(parseDuration(text)).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(DurationError);
        }
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [840, '0.8 s'],
    [2_000, '2 s'],
    [9_960, '10 s'],
    [42_300, '42 s'],
    [59_700, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_600, '1 h'],
    [11_400_000, '3 h 10 min'],
    [86_399_000, '1 d'],
    [187_200_000, '2 d 4 h'],
    [Number.NaN, '0 s'],
  ])('%d', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('never shows 60 of a unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (ms) => {
        expect(formatDuration(ms)).toMatch(/^(\d\.\d s|([0-9]|[1-5]\d) s|\d+ (min|h|d)( \d+ (s|min|h))?)$/);
        expect(formatDuration(ms)).not.toMatch(/\b60 (s|min)\b|\b24 h\b/);
      }),
    );
  });
});
