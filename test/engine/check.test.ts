import { describe, expect, test } from 'vitest';
import type { Hold } from '../../db/runs.ts';
import { openLineWriter } from '../../engine/line-writer.ts';
import type { LinkOutcome, NodeLink } from '../../engine/node-link.ts';
import { endOfTrying, runCheck } from '../../engine/steps/check.ts';
import type { StepContext } from '../../engine/steps/step.ts';
import { databaseForTests } from '../support/database.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();

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

/** A check on a node that prints this and exits so. */
async function check(hold: Hold, taskId: number, prints: string, exitCode: number, expected?: string) {
  const run: NodeLink['run'] = async (_, sink): Promise<LinkOutcome> => {
    await sink(Buffer.from(prints), 0);
    return { state: 'finished', exitCode };
  };
  const context = {
    on: { node: {}, link: { run, clearAll: async () => ({ state: 'cleared', left: [] }) } },
    hold,
    run: { id: hold.runId },
    task: { ordinal: 1, attempt: 1, startedAt: null },
    output: openLineWriter(database.db, hold, []).open(taskId),
    env: async () => ({}),
    tell: async () => {},
    cancel: new AbortController().signal,
  } as unknown as StepContext;
  const action = { kind: 'check', script: '', timeoutMs: 1_000, retryForMs: 0 } as const;
  const result = await runCheck(context, { ...action, ...(expected ? { expect: expected } : {}) } as never);
  return result.detail;
}

test('the evidence of a check is its last line, whether that line has an end or not', async () => {
  const { run } = await seedEnvironment(database, 'demo');
  const { hold, tasks } = await run();
  const of = (prints: string, exitCode = 0, expected?: string) =>
    check(hold, Object.values(tasks)[0] as number, prints, exitCode, expected);
  expect(await of('abc')).toBe('abc');
  expect(await of('first\nlast')).toBe('last');
  expect(await of('first\nlast\n')).toBe('last');
  expect(await of('1 2 3 ', 1)).toBe('exit 1: 1 2 3');
  expect(await of('warming up\nthe answer is no', 0, 'yes')).toBe(
    'expected /yes/, it said: the answer is no',
  );
});
