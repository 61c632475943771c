import type { Action } from '../plan.ts';
import { runCheck } from './check.ts';
import { copyFile } from './copy.ts';
import { compareFacts, gatherFacts, keepSnapshot } from './facts.ts';
import { shareLayer } from './layer.ts';
import { createMachine, destroyMachine, resetMachine, snapshotMachine } from './machines.ts';
import { runPlaybook } from './playbook.ts';
import { runScript } from './script.ts';
import type { StepContext, StepResult } from './step.ts';

/** Does what a task's action says. Rejects only with errors that are ours; what the node or pool says is a result. */
export function execute(context: StepContext): Promise<StepResult> {
  const action = context.task.action as Action;
  switch (action.kind) {
    case 'create':
      return createMachine(context, action);
    case 'layer':
      return shareLayer(context, action);
    case 'script':
      return runScript(context, action);
    case 'copy':
      return copyFile(context, action);
    case 'playbook':
      return runPlaybook(context, action);
    case 'check':
      return runCheck(context, action);
    case 'facts':
      return gatherFacts(context, action);
    case 'snapshot':
      return snapshotMachine(context, action);
    case 'keep':
      return keepSnapshot(context, action);
    case 'compare':
      return compareFacts(context, action);
    case 'reset':
      return resetMachine(context, action);
    case 'destroy':
      return destroyMachine(context);
  }
}
