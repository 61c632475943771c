import type { OutgoingMessage } from '../../adapters/message.ts';
import { summariseDiff } from '../../engine/diff/summary.ts';
import { canBeRepaired } from '../../engine/to-repair.ts';
import { repairIt } from './next-buttons.ts';
import type { OutcomeView } from './outcome.ts';
import { count } from './words.ts';

const MOST_ROWS = 8;

/** How a scheduled look at an environment ended. */
export type Drift = 'none' | 'found' | 'not-known';

export function driftOf({ run, differences }: OutcomeView): Drift {
  if (run.state === 'succeeded') return differences.length > 0 ? 'found' : 'none';
  return run.state === 'failed' ? 'found' : 'not-known';
}

/**
 * What is told after a scheduled look: drift once, when it appears, and once, when it is gone. `before`: drift was told already.
 * Null: nothing is said.
 */
export function driftMessage(view: OutcomeView, before: boolean): OutgoingMessage | null {
  const drift = driftOf(view);
  const { environment, run, tasks, differences, links } = view;
  const link = links.run(run.id);
  if (drift === 'none') {
    return before ? { text: `${environment} verified again: the drift is gone. ${link}`, link } : null;
  }
  if (before) return null;
  if (drift === 'not-known') {
    return {
      text: `${environment} broke: could not be looked at: ${run.summary ?? run.state} ${link}`,
      link,
    };
  }
  const failed = [...new Set(tasks.filter(({ state }) => state === 'failed').map(({ title }) => title))];
  const checks = failed.length > 0 ? [`${count(failed.length, 'check')} failed: ${failed.join(', ')}`] : [];
  const differ =
    differences.length > 0 ? [`${count(differences.length, 'difference')} from the baseline`] : [];
  const mend = canBeRepaired(tasks);
  const way = mend ? ` · mend: repair ${environment}` : '';
  // While a check fails it cannot become the baseline.
  const asItShouldBe =
    failed.length > 0 ? '' : ` · as it should be: verify ${environment}, promote ${environment}`;
  const { rows } = summariseDiff(differences, { limit: MOST_ROWS });
  return {
    text: `${environment} has drifted: ${[...checks, ...differ].join('; ')}. Look: diff ${environment}${way} · back: reset ${environment}${asItShouldBe} ${link}`,
    ...(rows.length > 0
      ? { blocks: [{ type: 'table' as const, columns: ['node', 'what', 'baseline', 'now'], rows }] }
      : {}),
    ...(mend ? { buttons: [repairIt(environment)] } : {}),
    link,
  };
}
