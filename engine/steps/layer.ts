import { updateNode } from '../../db/environments.ts';
import { runBegunAfter, tasksOf } from '../../db/runs.ts';
import { cited } from '../cited.ts';
import { shortKey } from '../layers.ts';
import type { Action } from '../plan.ts';
import { askProvider, unlessCancelled, upAt } from './machines.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

/** Keeps the disk of a node that has done its cached steps as a layer. It is a help for others: that it cannot be kept fails nothing. */
export function shareLayer(
  context: StepContext,
  action: Extract<Action, { kind: 'layer' }>,
): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  const { database, run, hold } = context;
  const { key } = action;
  return askProvider(async () => {
    const touched = await whoseHand(context, action.steps);
    if (touched) return `not kept: ${touched}`;
    link.drop();
    const { machine, kept, why } = await provider.share(node.machine, key, unlessCancelled(context));
    link.drop();
    const stands = machine.layer === key ? { layer: key, layerRunId: run.id } : {};
    await updateNode(database.db, hold, node.id, { ...upAt(machine), ...stands });
    if (kept === 'no') context.output.note(`layer ${shortKey(key)} was not kept: ${why}`);
    if (kept === 'no') return `not kept: ${why}`;
    return `layer ${shortKey(key)} ${kept === 'now' ? 'kept' : 'was kept already'}`;
  }, context);
}

/** A layer is only what its steps made of an empty machine. Who else has had a hand in this one; null: nobody. */
async function whoseHand(
  { database, run, task }: StepContext,
  steps: readonly string[],
): Promise<string | null> {
  const tasks = (await tasksOf(database.db, run.id)).filter(({ nodeId }) => nodeId === task.nodeId);
  const own = tasks.filter(({ step }) => steps.includes(step));
  if (own.some(({ attemptsBefore }) => attemptsBefore > 0)) return 'a step was retried or settled by hand';
  const other = await runBegunAfter(database.db, run);
  return other ? `${cited(other.command)} was run on it meanwhile` : null;
}
