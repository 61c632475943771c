import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layLane, MOST_LINES, type Stretch } from '../../pictures/timeline-lane.ts';

const AXIS = { from: 0, to: 8 * 3_600_000, left: 186, right: 924 };
const lane = fc
  .array(
    fc.record({
      from: fc.oneof(fc.integer({ min: AXIS.from, max: AXIS.to }), fc.constant(0), fc.constant(AXIS.to)),
      took: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * 3_600_000 })),
      label: fc.oneof(
        fc.constantFrom('', 'provision', 'ann claims it: the demo at noon'),
        fc.string({ maxLength: 90 }),
      ),
    }),
    { maxLength: 120 },
  )
  .map((given) =>
    given
      .toSorted((a, b) => a.from - b.from)
      .map(({ from, took, label }) => ({ from, until: from + took, label })),
  );

const covers = (one: Stretch, other: Stretch) => one.left < other.right && other.left < one.right;

it('no mark and no other label covers a label, whatever happened', () => {
  fc.assert(
    fc.property(lane, (entries) => {
      const { placed, lines } = layLane(entries, AXIS);
      expect(placed.map(({ entry }) => entry)).toEqual(entries);
      expect(lines).toBeLessThanOrEqual(MOST_LINES + 1);
      for (const one of placed) {
        expect(one.line).toBeLessThan(lines);
        if (one.label === null || one.label.text === '') continue;
        const { label } = one;
        expect(label.left).toBeGreaterThanOrEqual(AXIS.left - 7);
        expect(label.right).toBeLessThanOrEqual(AXIS.right + 21);
        // Its own words may stand within its bar, not across its end, and not on its sign.
        const isWithin = label.left >= one.bar.left + 7 && label.right <= one.bar.right;
        if (!isWithin) expect(covers(label, one.mark)).toBe(false);
        for (const other of placed) {
          if (other === one || other.line !== one.line) continue;
          expect(covers(label, other.mark)).toBe(false);
          if (other.label !== null && other.label.text !== '') expect(covers(label, other.label)).toBe(false);
        }
      }
    }),
    { numRuns: 400 },
  );
});

it('what has no room for words stands below the words, at its time', () => {
  const entries = Array.from({ length: 20 }, (_, n) => ({ from: n, until: n, label: `ann joins ${n}` }));
  const { placed, lines } = layLane(entries, AXIS);
  expect(lines).toBe(MOST_LINES + 1);
  expect(placed.slice(0, MOST_LINES).map(({ line, label }) => [line, label?.text])).toEqual(
    [0, 1, 2, 3, 4].map((n) => [n, `ann joins ${n}`]),
  );
  for (const { line, label } of placed.slice(MOST_LINES)) expect([line, label]).toEqual([MOST_LINES, null]);
});

it('words stand to the left of what happened last', () => {
  const { placed } = layLane([{ from: AXIS.to, until: AXIS.to, label: 'ann ends essex-day' }], AXIS);
  expect(placed[0]?.label).toMatchObject({ text: 'ann ends essex-day' });
  expect(placed[0]?.label?.right).toBeLessThan(AXIS.right - 6);
});
