import { formatDuration } from '../duration.ts';
import type { Action } from '../plan.ts';
import { fromLayer } from './from-layer.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

type CopyAction = Extract<Action, { kind: 'copy' }>;

/** What goes into one write. */
const CHUNK_BYTES = 256 * 1024;

/** Puts a file on the node, whole or not at all. Doing it again does no harm. */
export async function copyFile(context: StepContext, action: CopyAction): Promise<StepResult> {
  const held = await fromLayer(context, action.layers);
  if (held) return held;
  // Where an earlier process was at it: nothing of that arrives any more.
  if (context.cancel.aborted) return { state: 'cancelled', detail: 'cancelled' };
  const { link } = machineOf(context);
  const { path, mode, bytes, sha256, timeoutMs } = action;
  const content = await context.content(sha256);
  const outcome = await link.put({ path, mode, bytes, sha256 }, () => chunksOf(content, context.checkHeld), {
    timeoutMs,
    cancel: context.cancel,
  });
  switch (outcome.state) {
    case 'written':
      return { state: 'done', exitCode: 0, detail: `${path}, ${bytes} bytes` };
    case 'failed':
      context.output.note(outcome.why);
      await context.output.end();
      return { state: 'failed', detail: outcome.why };
    case 'stopped':
      if (outcome.why === 'cancelled') return { state: 'cancelled', detail: 'cancelled' };
      return { state: 'failed', detail: `stopped after its time limit of ${formatDuration(timeoutMs)}` };
    case 'broke':
      return { state: 'broke', detail: outcome.why };
  }
}

/** Who was paused and has lost the run meanwhile must not complete a file that others may have written into by now. */
async function* chunksOf(content: Buffer, checkHeld: () => Promise<void>): AsyncIterable<Buffer> {
  await checkHeld();
  for (let at = 0; at < content.length; at += CHUNK_BYTES) {
    await checkHeld();
    yield content.subarray(at, at + CHUNK_BYTES);
  }
}
