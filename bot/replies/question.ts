import type { Button, OutgoingMessage } from '../../adapters/message.ts';
import { count } from './words.ts';

/** A task of which nobody knows what became. */
export interface UnknownTask {
  readonly step: string;
  /** Null: it is on no node (a playbook). */
  readonly node: string | null;
  readonly detail: string | null;
}

const MOST_NAMED = 5;

/** Asks people what became of tasks that left no answer; the run waits until they say. */
export function unknownQuestion(
  environment: string,
  unknown: readonly UnknownTask[],
  link: string,
): OutgoingMessage {
  const names = unknown.map(({ step, node }) => (node === null ? step : `${step}@${node}`));
  const [first = ''] = names;
  const why = unknown[0]?.detail ?? 'no answer';
  const steps = new Set(unknown.map(({ step }) => step));
  // One answer serves all nodes of a step.
  const what = unknown.length > 1 && steps.size === 1 ? (unknown[0]?.step ?? first) : first;
  const listed = `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ' …' : ''}`;
  const more = unknown.length > 1 ? ` (${count(unknown.length, 'task')}: ${listed})` : '';
  return {
    kind: 'question',
    mood: 'waiting',
    text: `${environment} unknown: nobody knows whether ${what} got done: ${why}${more}. Look, then say: resolve ${environment} ${what} done, again or failed. ${link}`,
    buttons: (['done', 'again', 'failed'] as const).map(
      (answer): Button => ({
        label: LABELS[answer],
        command: `resolve ${environment} ${what} ${answer}`,
        style: answer === 'again' ? 'danger' : 'plain',
      }),
    ),
    link,
  };
}

const LABELS = { done: 'It got done', again: 'Run it again', failed: 'It failed' } as const;
