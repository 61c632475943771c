import { expect, it } from 'vitest';
import { createLossRow } from '../../engine/loss-row.ts';

const PATIENCE_MS = 60_000;

/** Connections, one a second, each of which is lost at once; `each`: what happens on it before. */
function loseFor(
  ms: number,
  each: (row: ReturnType<typeof createLossRow>, pass: (ms: number) => void) => void,
) {
  let clock = 0;
  const row = createLossRow(PATIENCE_MS, () => clock);
  while (clock <= ms) {
    row.connected();
    each(row, (more) => {
      clock += more;
    });
    row.lost();
    clock += 1_000;
  }
  return row;
}

it('connections that are lost at once are too many once the node may not be away any longer', () => {
  expect(loseFor(PATIENCE_MS - 2_000, () => {}).isTooLong()).toBe(false);
  expect(loseFor(PATIENCE_MS, () => {}).isTooLong()).toBe(true);
});

it('a node that answers on its connections, or keeps them for a while, is never given up', () => {
  expect(loseFor(100 * PATIENCE_MS, (row) => row.answered()).isTooLong()).toBe(false);
  expect(loseFor(100 * PATIENCE_MS, (_, pass) => pass(5_000)).isTooLong()).toBe(false);
});

it('two that were lost long apart are no row', () => {
  let clock = 0;
  const row = createLossRow(0, () => clock);
  row.connected();
  row.lost();
  clock += 3_600_000;
  row.connected();
  row.lost();
  expect(row.isTooLong()).toBe(false);
});
