import type { Report } from './report.ts';
import { attendance, count, length, percent } from './words.ts';

/** The report in a few lines, for a channel. */
export function inShort(report: Report): string[] {
  const { session, environments, work, failures, differences, decisions, todos } = report;
  const open = failures.filter(({ mended }) => !mended);
  const todo = todos.filter(({ state }) => state === 'open').length;
  const runs = work
    .filter(({ kind }) => kind === 'provision' || kind === 'reset' || kind === 'verify')
    .map(({ kind, runs, rate, medianMs }) => {
      const took = medianMs === null ? '' : `, median ${length(medianMs)}`;
      return `${kind} ${runs} (${percent(rate)} good${took})`;
    });
  return [
    `${session.name}${session.endedAt === null ? ' so far' : ''}: ${attendance(report)}; ${[count(environments.length, 'environment'), ...runs].join(', ')}`,
    [
      open.length === 0 ? 'nothing stayed failed' : `${count(open.length, 'failure')} not mended`,
      differences.length === 0
        ? 'no open differences'
        : `${differences.map(({ environment }) => environment).join(', ')} ${differences.length === 1 ? 'differs' : 'differ'} from baseline`,
      count(decisions.length, 'decision'),
      count(todo, 'open todo'),
    ].join(', '),
  ];
}
