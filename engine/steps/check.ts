import { setTimeout as delay } from 'node:timers/promises';
import type { Action } from '../plan.ts';
import { scriptResult } from './script.ts';
import { machineOf, remoteId, type StepContext, type StepResult } from './step.ts';

type CheckAction = Extract<Action, { kind: 'check' }>;

const PAUSE_MS = 1_000;
/** What is expected is looked for in so many bytes of output, or a little more. */
const EXPECTED_WITHIN = 1024 * 1024;

/** Runs a check until it passes or its time for trying again is over. A check changes nothing, so repeating is safe. */
export async function runCheck(context: StepContext, action: CheckAction): Promise<StepResult> {
  // Whoever looked before us has used up some of the time.
  const giveUp = (context.task.startedAt?.getTime() ?? Date.now()) + action.retryForMs;
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(context, action, attempt);
    const again = result.state === 'failed' && Date.now() < giveUp && !context.cancel.aborted;
    if (!again) {
      await context.output.end();
      return result.state === 'failed' && action.hint
        ? { ...result, detail: `${result.detail ?? ''} · look at: ${action.hint}` }
        : result;
    }
    await delay(PAUSE_MS, undefined, { signal: context.cancel }).catch(() => {});
  }
}

async function tryOnce(context: StepContext, action: CheckAction, attempt: number): Promise<StepResult> {
  const { node, link } = machineOf(context);
  const { output } = context;
  const id = remoteId(context, `-${attempt}`);
  let offset = 0;
  const chunks: Buffer[] = [];
  const outcome = await link.run(
    {
      id,
      script: action.script,
      env: await context.env(node),
      timeoutMs: action.timeoutMs,
      offset,
      knownMark: null,
    },
    (chunk) => {
      if (action.expect && offset < EXPECTED_WITHIN) chunks.push(chunk);
      const at = offset;
      offset += chunk.length;
      return output.write(chunk, at);
    },
    context.cancel,
  );
  const result = scriptResult(outcome, output.lastLine, action.timeoutMs);
  if (result.state !== 'done' || !action.expect) return result;
  const said = Buffer.concat(chunks).toString('utf8');
  if (new RegExp(action.expect, 'm').test(said)) return result;
  return {
    state: 'failed',
    exitCode: 0,
    detail: `expected /${action.expect}/, it said: ${output.lastLine || '(nothing)'}`,
  };
}
