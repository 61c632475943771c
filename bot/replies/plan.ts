import type { OutgoingMessage } from '../../adapters/message.ts';
import type { PlanPreview } from '../../engine/engine.ts';
import { count } from './words.ts';

/** `provision … plan`: what would run, where, with which parameters; secrets masked. */
export function planPreview(
  environment: string,
  { draft, pool, isNew, tasks }: PlanPreview,
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
          step.title,
          String(tasks.filter((task) => task.step === step.step && task.node).length || '-'),
          step.needs.filter((need) => !need.startsWith('@')).join(', ') || '-',
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
