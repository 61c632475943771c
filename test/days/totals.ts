import type { Counts, DayResult } from './day.ts';
import { TROUBLE_NAMES, TROUBLES } from './plan.ts';

/** A day in one line. */
export function dayLine({ seed, people, problems, troubles, tookMs, counts, folder }: DayResult): string {
  const words = [
    problems.length === 0 ? 'ok    ' : 'FAILED',
    `seed=${seed}`,
    `${people} people`,
    `${(tookMs / 1000).toFixed(1)} s`,
    `${counts.commands} commands, ${counts.unheard} unheard`,
    `${counts.claims} claims`,
    `${counts.runs} runs`,
    `${counts.approvalsGiven} of ${counts.approvalsAsked} approved`,
    troubles.join(', ') || 'no trouble',
  ];
  const again = `npm run test:days -- --days 1 --seed ${seed}`;
  const more = problems.length === 0 ? [] : [...problems, `kept in ${folder}`, `again: ${again}`];
  return [words.join(' · '), ...more.map((line) => `       ${line}`)].join('\n');
}

const ROWS: readonly (readonly [keyof Counts, string])[] = [
  ['commands', 'commands said'],
  ['unheard', 'of them said while the bot was away, and unheard'],
  ['claims', 'times that somebody began to hold an environment'],
  ['handovers', 'of these handed over by the holder'],
  ['takeovers', 'taken over by an operator'],
  ['leases', 'changes of who has or waits for an environment, each checked'],
  ['runs', 'runs, each checked for lease, role and agreement'],
  ['retries', 'retries, each checked for lease and role'],
  ['cancels', 'runs that somebody cancelled'],
  ['approvalsAsked', 'approvals asked for'],
  ['approvalsGiven', 'approved'],
  ['approvalsVoid', 'void, since what would happen had changed or somebody left'],
  ['links', 'accounts joined or parted'],
  ['votes', 'votes counted'],
  ['events', 'events'],
];

/** Counts of all days, as a table in Markdown. */
export function totalsTable(results: readonly DayResult[]): string {
  const sum = (of: (result: DayResult) => number) => results.reduce((all, result) => all + of(result), 0);
  const seconds = results.map(({ tookMs }) => tookMs / 1000).toSorted((a, b) => a - b);
  const at = (share: number) =>
    seconds[Math.min(seconds.length - 1, Math.floor(seconds.length * share))]?.toFixed(1) ?? '-';
  const troubles = TROUBLE_NAMES.map(
    (name) =>
      [TROUBLES[name], sum((result) => result.troubles.filter((each) => each === name).length)] as const,
  );
  const rows: readonly (readonly [string, string | number])[] = [
    ['days', results.length],
    ['of them with a problem', results.filter(({ problems }) => problems.length > 0).length],
    ['people', sum(({ people }) => people)],
    ...ROWS.map(([name, what]) => [what, sum(({ counts }) => counts[name])] as const),
    ...troubles.map(([what, count]) => [`times that ${what}`, count] as const),
    ['seconds that a day took: median, longest', `${at(0.5)}, ${at(1)}`],
  ];
  return ['| what | count |', '|---|---|', ...rows.map(([what, count]) => `| ${what} | ${count} |`)].join(
    '\n',
  );
}
