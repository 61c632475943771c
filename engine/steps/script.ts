import { formatDuration } from '../duration.ts';
import { stillRunning } from '../left-over.ts';
import type { LinkOutcome } from '../node-link.ts';
import { markAtBegin } from '../node-mark.ts';
import type { Action } from '../plan.ts';
import { narrowed } from '../script-env.ts';
import { attemptId } from '../task-names.ts';
import { fromLayer } from './from-layer.ts';
import { probe } from './probe.ts';
import { machineOf, remoteId, type StepContext, type StepResult } from './step.ts';

type ScriptAction = Extract<Action, { kind: 'script' }>;

/** Runs a script on the node, once; `doneIf` first, where there is one. */
export async function runScript(context: StepContext, action: ScriptAction): Promise<StepResult> {
  const { node, link } = machineOf(context);
  const { output, recovered, task } = context;
  const held = await fromLayer(context, action.layers);
  if (held) return held;
  const hindered = await clearEarlier(context);
  if (hindered) return hindered;
  const env = narrowed(await context.env(node), action.knows ?? {});
  const known = {
    begunAt: recovered ? task.startedAt : null,
    knownMark: recovered ? markAtBegin(node.mark, task.startedAt) : null,
  };
  const probed = action.doneIf ? await probe(context, action.doneIf, env, known) : null;
  if (probed && probed.state !== 'open') return probed;
  const outcome = await link.run(
    {
      id: remoteId(context, ''),
      script: action.script,
      env,
      timeoutMs: action.timeoutMs,
      ...known,
      offset: recovered ? task.outputOffset : 0,
    },
    output.write,
    context.cancel,
  );
  // Where we lost sight of it, or let go of it, its last line may go on for whoever follows it next.
  if (outcome.state !== 'broke') await output.end();
  const whole =
    outcome.state === 'stopped' ? { ...outcome, left: [...(probed?.left ?? []), ...outcome.left] } : outcome;
  return scriptResult(whole, output.lastLine, action.timeoutMs);
}

/** No attempt runs beside what is left of the one before. Null: nothing is in the way. */
async function clearEarlier(context: StepContext): Promise<StepResult | null> {
  const { run, task, recovered, cancel } = context;
  if (task.attempt < 2) return null;
  const earlier = attemptId(run, task.ordinal, task.attempt - 1);
  const cleared = await machineOf(context).link.clear(earlier, cancel);
  switch (cleared.state) {
    case 'broke':
      return { state: 'broke', detail: cleared.why };
    case 'cancelled':
      // What an earlier process may have begun is ended by who follows it.
      return recovered ? null : { state: 'cancelled', detail: 'cancelled before it was begun' };
    case 'cleared': {
      if (cleared.left.length === 0) return null;
      return {
        state: 'broke',
        detail: `attempt ${task.attempt - 1} could not be ended${stillRunning(cleared.left)}`,
      };
    }
  }
}

/** Translates what the node said into a task's result. */
export function scriptResult(outcome: LinkOutcome, lastLine: string, timeoutMs: number): StepResult {
  switch (outcome.state) {
    case 'finished':
      if (outcome.exitCode === 0)
        return { state: 'done', exitCode: 0, ...(lastLine ? { detail: lastLine } : {}) };
      return {
        state: 'failed',
        exitCode: outcome.exitCode,
        detail: `exit ${outcome.exitCode}${lastLine ? `: ${lastLine}` : ''}`,
      };
    case 'stopped': {
      const stillRuns = outcome.left.length > 0;
      const left = stillRuns ? stillRunning(outcome.left) : '';
      if (outcome.why === 'cancelled') return { state: 'cancelled', detail: `cancelled${left}`, stillRuns };
      return {
        state: 'failed',
        stillRuns,
        detail: `stopped after its time limit of ${formatDuration(timeoutMs)}${left}`,
      };
    }
    case 'broke':
      return { state: 'broke', detail: outcome.why };
    case 'unknown':
      return { state: 'unknown', detail: outcome.why };
    case 'absent':
      return {
        state: 'unknown',
        detail: 'the node has no trace of it: it was reset or its disk was changed',
      };
  }
}
