import { expect, it } from 'vitest';
import { HoldLost } from '../../../db/runs.ts';
import type { NodeLink } from '../../../engine/node-link.ts';
import { copyFile } from '../../../engine/steps/copy.ts';
import type { StepContext } from '../../../engine/steps/step.ts';

const hold = { runId: 1, generation: 1 };
const content = Buffer.alloc(1_000_000, 'x');
const action = {
  ...({ kind: 'copy', path: '/etc/app.conf', mode: 0o644, sha256: '' } as const),
  ...{ bytes: content.length, timeoutMs: 1_000, retries: 0, backoffMs: 0 },
};

/** Copies to a node that takes everything; `heldFor`: how often this process is asked whether it holds the run and does. */
async function copy(heldFor: number, cancel = new AbortController().signal) {
  let asked = 0;
  const taken: Buffer[] = [];
  const put: NodeLink['put'] = async (_, chunks) => {
    for await (const chunk of chunks()) taken.push(chunk);
    return { state: 'written' };
  };
  const context: Partial<StepContext> = {
    on: { node: {}, provider: {}, link: { put } } as unknown as NonNullable<StepContext['on']>,
    cancel,
    content: async () => content,
    async checkHeld() {
      asked += 1;
      if (asked > heldFor) throw new HoldLost(hold);
    },
  };
  const result = await copyFile(context as StepContext, action).catch((error: unknown) => error);
  return { result, taken: Buffer.concat(taken).length };
}

it('a file is copied whole as long as its run is held', async () => {
  expect(await copy(Number.POSITIVE_INFINITY)).toMatchObject({
    result: { state: 'done' },
    taken: content.length,
  });
});

it('who has lost the run while it was paused completes no file', async () => {
  for (const heldFor of [0, 1, 2, 4]) {
    const { result, taken } = await copy(heldFor);
    expect(result).toBeInstanceOf(HoldLost);
    expect(taken).toBeLessThan(content.length);
  }
});

it('who takes a copy over in a run that is to end copies nothing', async () => {
  expect(await copy(Number.POSITIVE_INFINITY, AbortSignal.abort())).toEqual({
    result: { state: 'cancelled', detail: 'cancelled' },
    taken: 0,
  });
});
