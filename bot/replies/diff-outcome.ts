import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Difference } from '../../engine/diff.ts';
import { count, short } from './words.ts';

export type DifferenceView = readonly Difference[];

const MOST_ROWS = 12;

/** `diff`: how many, and the most telling ones; nothing differs is said in so many words. */
export function diffOutcome(
  environment: string,
  other: string,
  differences: DifferenceView,
  link: string,
): OutgoingMessage {
  if (differences.length === 0) return { text: `${environment} does not differ from ${other}.`, link };
  const shown = differences.slice(0, MOST_ROWS);
  const more =
    differences.length > shown.length ? ` The ${shown.length} most telling ones; all: ${link}` : '';
  const first = shown[0] as Difference;
  return {
    text: `${environment} differs from ${other} in ${count(differences.length, 'place')}, first: ${first.node} ${first.key}.${more} Back to it: reset ${environment}`,
    blocks: [
      {
        type: 'table',
        columns: ['node', 'what', other, 'now'],
        rows: shown.map((difference) => [
          difference.node,
          `${difference.topic}: ${difference.key}`,
          short(difference.left ?? '(not there)', 60),
          short(difference.right ?? '(not there)', 60),
        ]),
      },
    ],
    link,
  };
}
