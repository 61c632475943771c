import type { OutgoingMessage } from '../../adapters/message.ts';
import type { PlanPreview } from '../../engine/engine.ts';
import { shortKey } from '../../engine/layers.ts';
import type { PlannedTask } from '../../engine/plan.ts';
import { count } from './words.ts';

/** `provision … plan`: what would run, where, with which parameters; secrets masked. */
export function planPreview(
  environment: string,
  { draft, pool, isNew, tasks, layers }: PlanPreview,
): OutgoingMessage {
  const { blueprint, values, added, existing } = draft;
  const steps = [...new Map(tasks.map((task) => [task.step, task])).values()];
  const machines = added.map((node) => `${node.name} on ${node.machine}`);
  const nodes = [...existing.map((node) => `${node.name} (there already)`), ...machines].join(', ');
  return {
    text:
      `${environment} ${isNew ? 'would be made' : 'would be brought up'} from ${blueprint.name} in pool ${pool}: ` +
      `${nodes}; ${count(tasks.length, 'task')}. Nothing was changed.`,
    blocks: [
      {
        type: 'table',
        columns: ['step', 'nodes', 'after'],
        rows: steps.map((step) => [
          step.title + fromLayer(step, layers),
          String(tasks.filter((task) => task.step === step.step && task.node).length || '-'),
          afterWhat(step),
        ]),
      },
      {
        type: 'table',
        columns: ['parameter', 'value'],
        rows: Object.entries(values).map(([name, value]) => [
          name,
          blueprint.params[name]?.secret ? '****' : value,
        ]),
      },
    ],
  };
}

/** The steps that come first; of those of which the same node's task, or any end, is enough, it says so. */
function afterWhat({ needs, needsHere = [], after = [] }: PlannedTask): string {
  const own = (need: string) => !need.startsWith('@');
  const first = [
    ...needs.filter(own),
    ...needsHere.filter(own).map((need) => `${need} there`),
    ...after.filter(own).map((before) => `${before} ended`),
  ];
  return first.join(', ') || '-';
}

/** ` (from layer 3f9a1c02)` of a step that would not be run, since the pool has a layer that holds what it does. */
function fromLayer({ action }: PlannedTask, kept: ReadonlySet<string>): string {
  if (action.kind !== 'script' && action.kind !== 'copy') return '';
  const layer = action.layers?.find((key) => kept.has(key));
  return layer === undefined ? '' : ` (from layer ${shortKey(layer)})`;
}
