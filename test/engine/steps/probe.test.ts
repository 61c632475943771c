import { expect, it } from 'vitest';
import type { LinkOutcome, LinkTask, NodeLink } from '../../../engine/node-link.ts';
import { runScript } from '../../../engine/steps/script.ts';
import type { StepContext } from '../../../engine/steps/step.ts';

const action = {
  ...({ kind: 'script', script: 'make', doneIf: 'is made', timeoutMs: 1_000 } as const),
  ...{ repeatable: false, retries: 0, backoffMs: 0 },
};
const finished = (exitCode: number): LinkOutcome => ({ state: 'finished', exitCode });
const rebooted: LinkOutcome = { state: 'unknown', why: 'its node was rebooted' };
const stopped = (why: 'timeout' | 'cancelled'): LinkOutcome => ({ state: 'stopped', why, left: [] });

/** Runs the step on a node that answers so, one after the other; the result, and which scripts the node was asked to run. */
async function step(answers: readonly LinkOutcome[], more: Partial<StepContext> = {}) {
  const asked: { script: string; id: string; knownMark: string | null }[] = [];
  const run: NodeLink['run'] = async ({ script, id, knownMark }: LinkTask) => {
    asked.push({ script, id, knownMark });
    return answers[asked.length - 1] ?? expect.fail('asked more often than expected');
  };
  const context = {
    on: { node: { mark: 'mark' }, provider: {}, link: { run } },
    run: { id: 1, token: 'run' },
    task: { ordinal: 3, attempt: 1, startedAt: new Date(), outputOffset: 0 },
    recovered: false,
    output: { write: () => {}, end: async () => {}, lastLine: null },
    env: async () => ({}),
    cancel: new AbortController().signal,
    ...more,
  } as unknown as StepContext;
  const result = await runScript(context, action);
  const ids = asked.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length); // the node runs a name once, for ever
  return {
    result,
    scripts: asked.map(({ script }) => script),
    marks: asked.map(({ knownMark }) => knownMark),
  };
}

it('a step is run where done_if says that it is not done, by whatever exit code of its own', async () => {
  for (const code of [1, 2, 127, 128, 255])
    expect(await step([finished(code), finished(0)])).toMatchObject({
      result: { state: 'done', exitCode: 0 },
      scripts: ['is made', 'make'],
    });
  expect(await step([finished(0)])).toMatchObject({
    result: { state: 'done', detail: 'was done already' },
    scripts: ['is made'],
  });
});

it.each([
  ['its node rebooted meanwhile', rebooted],
  ['its node has no trace of it', { state: 'absent' } as const],
  ['the node that goes down ends it', finished(143)],
  ['something kills it', finished(137)],
])('done_if is asked again when %s, and what is done is not done again', async (_, lost) => {
  expect(await step([lost, finished(0)])).toMatchObject({
    result: { state: 'done', detail: 'was done already' },
    scripts: ['is made', 'is made'],
  });
  expect(await step([lost, lost, finished(1), finished(0)])).toMatchObject({
    result: { state: 'done', exitCode: 0 },
    scripts: ['is made', 'is made', 'is made', 'make'],
  });
});

it('a step of which nobody can say whether it is done is not run, and says so', async () => {
  expect(await step([finished(139), finished(139), finished(139)])).toMatchObject({
    result: { state: 'failed', detail: 'done_if gave no answer, 3 times: a signal ended it (exit 139)' },
    scripts: ['is made', 'is made', 'is made'],
  });
  expect(await step([stopped('timeout')])).toMatchObject({
    result: { state: 'failed', detail: 'done_if gave no answer within 1 min' },
    scripts: ['is made'],
  });
});

it('where an earlier process may have begun the step, it is found out what became of that', async () => {
  const recovered = { recovered: true };
  // Whether it is done is asked as if for the first time: the node has lost the first answer.
  const { result, scripts, marks } = await step([rebooted, finished(1), rebooted], recovered);
  expect(result).toEqual({ state: 'unknown', detail: 'its node was rebooted' });
  expect(scripts).toEqual(['is made', 'is made', 'make']);
  expect(marks.map((mark) => mark === null)).toEqual([false, true, false]);
  expect(await step([rebooted, rebooted, rebooted, finished(0)], recovered)).toMatchObject({
    scripts: ['is made', 'is made', 'is made', 'make'],
  });
  expect(await step([rebooted, finished(0)], recovered)).toMatchObject({
    result: { state: 'done', detail: 'was done already' },
  });
});

it('who cancels meanwhile is not asked to wait for another answer', async () => {
  const cancel = AbortSignal.abort();
  expect(await step([stopped('cancelled')], { cancel })).toMatchObject({ result: { state: 'cancelled' } });
  expect(await step([finished(143)], { cancel })).toMatchObject({
    result: { state: 'cancelled', detail: 'cancelled before it was begun' },
    scripts: ['is made'],
  });
});
