import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServicePace } from '../../../adapters/adapter.ts';
import { createSlackAdapter } from '../../../adapters/slack/adapter.ts';
import { pauseAfter } from '../../../bot/sending/backoff.ts';
import { createPacer, type Sendable } from '../../../bot/sending/pace.ts';

const PACE: ServicePace = { posts: { burst: 3, perSecond: 1 }, edits: { burst: 5, perSecond: 0.8 } };

const post = (id: number, channel: string, urgency = 0): Sendable => ({
  id,
  channel,
  urgency,
  changes: null,
  person: null,
});
const change = (id: number, channel: string, board: string): Sendable => ({
  id,
  channel,
  urgency: 1,
  changes: board,
  person: null,
});

/** Sends all that may go, a second at a time, as the sender does; `seconds` after `seconds`. */
function play(heads: readonly Sendable[], seconds: number, pace = PACE): Map<Sendable, number> {
  const pacer = createPacer(pace);
  const times = new Map<Sendable, number>(heads.map((head) => [head, 0]));
  for (let now = 1_000; now <= seconds * 1_000; now += 100) {
    for (const head of pacer.inOrder(heads)) {
      if (pacer.wait(head, now) > 0) continue;
      pacer.charge(head, now);
      times.set(head, (times.get(head) ?? 0) + 1);
    }
  }
  return times;
}

describe('the order of sending', () => {
  it('puts the urgent first, then whoever has waited longest for a turn', () => {
    const pacer = createPacer(PACE);
    const [board, answer, other] = [change(1, 'C1', 'run:1'), post(2, 'C2'), post(3, 'C3')];
    expect(pacer.inOrder([board, answer, other])).toEqual([answer, other, board]);
    pacer.charge(answer, 0);
    expect(pacer.inOrder([board, answer, other])).toEqual([other, answer, board]);
  });

  it('shares the edits of a workspace fairly between boards, and keeps to the rate', () => {
    const boards = Array.from({ length: 12 }, (_, at) => change(at, `C${at % 4}`, `run:${at}`));
    const edits = [...play(boards, 60).values()];
    expect(Math.max(...edits) - Math.min(...edits)).toBeLessThanOrEqual(1);
    expect(edits.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(5 + 0.8 * 60);
    expect(edits.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0.8 * 55);
  });

  it('keeps to the 50 changes a minute that Slack bears, in the first minute too, and leaves six to those that nobody counts', () => {
    const { pace } = createSlackAdapter({
      ...{ botToken: 'xoxb-1', signingSecret: 'x', apiUrl: 'http://127.0.0.1:1/api/', sockets: 1 },
    }).features;
    if (!pace) throw new Error('the adapter names no pace');
    const boards = Array.from({ length: 30 }, (_, at) => change(at, `C${at}`, `run:${at}`));
    const edits = [...play(boards, 60, pace).values()].reduce((sum, each) => sum + each, 0);
    expect(edits).toBeLessThanOrEqual(50 - 6);
    expect(edits).toBeGreaterThan(40);
  });

  it('never exceeds the rate of a channel, whatever waits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }), (channels) => {
        const heads = channels.map((channel, id) => post(id, `C${channel}`));
        const sent = new Map<string, number>();
        for (const [{ channel }, times] of play(heads, 20))
          sent.set(channel, (sent.get(channel) ?? 0) + times);
        for (const count of sent.values()) expect(count).toBeLessThanOrEqual(3 + 20);
      }),
    );
  });
});

describe('the pause before the next attempt', () => {
  it('doubles up to a limit, with some chance in it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (times, chance) => {
          const pause = pauseAfter(times, undefined, chance);
          expect(pause).toBeGreaterThanOrEqual(750);
          expect(pause).toBeLessThanOrEqual(18_750);
        },
      ),
    );
  });

  it('is never shorter than what the service asked for', () => {
    expect(pauseAfter(1, 30_000, 0)).toBe(30_000);
    expect(pauseAfter(9, 30_000, 1)).toBe(30_250);
  });
});
