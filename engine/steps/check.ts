import { setTimeout as delay } from 'node:timers/promises';
import type { Action } from '../plan.ts';
import { endEarlierLooks, lookId } from './looks.ts';
import { scriptResult } from './script.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

type CheckAction = Extract<Action, { kind: 'check' }>;

const PAUSE_MS = 1_000;
/** What does not pass within this time is told while it is tried again: people wonder. */
const WONDER_MS = 10_000;
/** What is expected is looked for in so many bytes of output, or a little more. */
const EXPECTED_WITHIN = 1024 * 1024;

/** Runs a check until it passes or its time for trying again is over. A check changes nothing, so repeating is safe. */
export async function runCheck(context: StepContext, action: CheckAction): Promise<StepResult> {
  const ended = await endEarlierLooks(context);
  if (ended) return ended;
  // By a clock that nobody sets.
  const began = performance.now();
  const now = Date.now();
  const wonder = began + WONDER_MS;
  const giveUp = began + endOfTrying(context.task.startedAt, action.retryForMs, now) - now;
  let told: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(context, action, attempt);
    const again = result.state === 'failed' && performance.now() < giveUp && !context.cancel.aborted;
    if (!again) {
      await context.output.end();
      return result.state === 'failed' && action.hint
        ? { ...result, detail: `${result.detail ?? ''} · look at: ${action.hint}` }
        : result;
    }
    if (performance.now() > wonder && result.detail !== told) {
      told = result.detail;
      await context.tell(`not yet: ${told}`);
    }
    await delay(PAUSE_MS, undefined, { signal: context.cancel }).catch(() => {});
  }
}

/**
 * Until when a check is tried again, ms since 1970. Whoever looked before us has used up some of the time; a minute is left in
 * any case, because what is checked may have stood still with him, and his clock may not be ours.
 */
export function endOfTrying(startedAt: Date | null, retryForMs: number, now: number): number {
  const longest = now + retryForMs;
  const least = now + Math.min(retryForMs, 60_000);
  return Math.min(longest, Math.max((startedAt?.getTime() ?? now) + retryForMs, least));
}

async function tryOnce(context: StepContext, action: CheckAction, attempt: number): Promise<StepResult> {
  const { node, link } = machineOf(context);
  const { output } = context;
  const id = lookId(context, `-${attempt}`);
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
  // Its last line is one also without the end of a line.
  if (outcome.state !== 'broke') await output.end();
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
