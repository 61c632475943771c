import { fromLayerDetail } from '../layers.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

/** The result of a cached step on a machine that this run began from a layer that holds it; null: it has to be done. */
export async function fromLayer(
  context: StepContext,
  layers: readonly string[] | undefined,
): Promise<StepResult | null> {
  if (!layers) return null;
  const { node } = machineOf(context);
  // As it is now: the machine was made in this very run.
  const { nodes } = await context.around(node);
  const now = nodes.find(({ id }) => id === node.id);
  if (!now?.layer || now.layerRunId !== context.run.id || !layers.includes(now.layer)) return null;
  const detail = fromLayerDetail(now.layer);
  // Who was here before has noted it.
  if (!context.recovered) context.output.note(detail);
  await context.output.end();
  return { state: 'done', detail };
}
