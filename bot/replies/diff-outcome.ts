import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Difference } from '../../engine/diff/difference.ts';
import { summariseDiff } from '../../engine/diff/summary.ts';
import { count } from './words.ts';

export type DifferenceView = readonly Difference[];

const MOST_ROWS = 12;

/** `diff`: how many, and the most telling ones; nothing differs is said in so many words. */
export function diffOutcome(
  environment: string,
  other: string,
  differences: DifferenceView,
  link: string,
  most = MOST_ROWS,
): OutgoingMessage {
  if (differences.length === 0) return { text: `${environment} does not differ from ${other}.`, link };
  const { rows, remaining } = summariseDiff(differences, { limit: most });
  const more = remaining > 0 ? ` ${remaining} more: ${link}.` : '';
  const first = differences[0] as Difference;
  // A reset leads to the baseline, not to another environment or an hour ago.
  const [now, back] = other === 'baseline' ? ['now', ` Back to it: reset ${environment}`] : [environment, ''];
  return {
    text: `${environment} differs from ${other} in ${count(differences.length, 'place')}, first: ${first.node}, ${first.topic} ${first.key}.${more}${back}`,
    blocks: [{ type: 'table', columns: ['node', 'what', other, now], rows }],
    link,
  };
}
