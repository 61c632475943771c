import { expect, it } from 'vitest';
import type { Run } from '../../db/runs.ts';
import { fitToPromote } from '../../engine/fit-to-promote.ts';

const NOW = new Date('2026-03-08T12:00:00Z');
/** Newest first: `verify succeeded`. */
const fitness = (...runs: string[]) =>
  fitToPromote(
    runs.map((text, index) => {
      const [kind, state] = text.split(' ');
      const endedAt = new Date(NOW.getTime() - (index + 1) * 60_000);
      return { kind, state, endedAt, createdAt: endedAt, command: `${kind} ex`, requester: 'alice' } as Run;
    }),
    NOW,
  );

it('what ended with all checks passed may be promoted, whatever looked at it since', () => {
  for (const kind of ['verify', 'provision', 'reset'])
    expect(
      fitness('inspect succeeded', 'diff failed', 'snapshot succeeded', `${kind} succeeded`, 'exec failed'),
    ).toEqual({ fit: true });
});

it.each([
  [
    ['exec succeeded', 'verify succeeded'],
    /changed after it was last verified: "exec ex" by alice, 1 min ago/,
  ],
  [
    ['inspect succeeded', 'verify failed', 'verify succeeded'],
    /its last verify failed: "verify ex" by alice, 2 min ago/,
  ],
  [
    ['repair succeeded', 'verify succeeded'],
    /changed after it was last verified: "repair ex" by alice, 1 min ago/,
  ],
  [['provision cancelled'], /its last provision cancelled/],
  [['reset broke', 'verify succeeded'], /its last reset broke/],
  [['inspect succeeded'], /never verified/],
  [[], /never verified/],
])('%j may not', (runs, why) => {
  const decision = fitness(...runs);
  expect(decision).toMatchObject({ fit: false });
  expect(!decision.fit && decision.why).toMatch(why);
});
