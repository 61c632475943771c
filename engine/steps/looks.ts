import { stillRunning } from '../left-over.ts';
import { attemptsPrefix } from '../task-names.ts';
import { machineOf, remoteId, type StepContext, type StepResult } from './step.ts';

/**
 * What a look (a check, facts) is called on its node: by who holds the run, so that whoever takes the run over looks for himself and
 * does not take an old answer for his.
 */
export function lookId(context: StepContext, part = ''): string {
  return remoteId(context, `-${context.hold.generation}${part}`);
}

/**
 * Ends what earlier looks of the task have left on its node: one that hangs when the process ends that asked for it would go on for ever,
 * since nobody else follows it. Null: the task goes on.
 */
export async function endEarlierLooks(context: StepContext): Promise<StepResult | null> {
  const { run, task, recovered, cancel } = context;
  if (!recovered && task.attempt < 2) return null;
  const cleared = await machineOf(context).link.clearAll(attemptsPrefix(run, task.ordinal), cancel);
  if (cleared.state === 'broke') return { state: 'broke', detail: cleared.why };
  // Another look does no harm beside one that cannot be ended.
  if (!cancel.aborted) return null;
  const stillRuns = cleared.left.length > 0;
  return { state: 'cancelled', detail: `cancelled${stillRuns ? stillRunning(cleared.left) : ''}`, stillRuns };
}
