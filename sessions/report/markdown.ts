import { md } from './escape.ts';
import type { Report } from './report.ts';
import {
  afterwards,
  attendance,
  channelsBy,
  clock,
  count,
  difference,
  HOW_COUNTED,
  latest,
  length,
  NONE,
  NOT_SAID,
  ownerOf,
  percent,
  placeInDay,
  placeOf,
  times,
  voices,
  wentWrong,
  when,
} from './words.ts';

/** Where the picture of the day is, relative to the report. */
export const PICTURE = 'timeline.svg';

/** The report as Markdown. */
export function asMarkdown(report: Report): string {
  const parts = [
    `# ${md(report.session.name)}`,
    `${md(when(report.session))}. ${md(attendance(report))}.`,
    ...section('People', people(report)),
    ...section('Environments', environments(report)),
    ...section('Runs', work(report)),
    ...section('What failed', list(report.failures, failure, NONE.failures)),
    ...section(
      'Differences still open',
      list(
        report.differences,
        (one) => `${md(difference(one))} (run ${one.run}): ${one.first.map(md).join('; ')}`,
        NONE.differences,
      ),
    ),
    ...section(
      'Decisions',
      list(report.decisions, ({ text, by }) => `${md(text)} (${md(by)})`, NONE.decisions),
    ),
    ...optional(
      'Announcements',
      report.announcements,
      ({ at, by, text }) => `${clock(at)} ${md(by)}: ${md(text)}`,
    ),
    ...optional('Votes', report.votes, voteLine),
    ...optional('Approvals', report.approvals, approval),
    ...section('Todos', list(report.todos, todo, NONE.todos)),
    ...optional('Agenda', report.agenda, topic),
    ...optional('Notes', report.notes, ({ at, by, text }) => `${clock(at)} ${md(by)}: ${md(text)}`),
    ...optional('Pinned', report.pinned, md),
    ...section('Timeline', [`![What happened, by environment](${PICTURE})`, timeline(report)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function people({ people, session }: Report): string[] {
  const rows = people.sites.flatMap(({ site, organisations }) =>
    organisations.map(({ organisation, names }) => [
      md(site ?? NOT_SAID.site),
      md(organisation ?? NOT_SAID.organisation),
      names.map(md).join(', '),
    ]),
  );
  const services = people.services.map(({ service, people }) => `${md(service)} ${people}`).join(', ');
  return [
    ...(rows.length > 0 ? [table(['site', 'organisation', 'people'], rows)] : [NONE.people]),
    ...(services ? [`People with an account on: ${services}. Channels: ${md(channelsBy(session))}.`] : []),
  ];
}

function environments({ environments }: Report): string[] {
  if (environments.length === 0) return [NONE.environments];
  // When the day is over nobody holds anything.
  const areHeld = environments.some(({ holder }) => holder !== null);
  const rows = environments.map(({ name, blueprint, state, runs, holder }) => [
    md(name),
    md(blueprint),
    md(state),
    String(runs),
    ...(areHeld ? [holder === null ? '–' : md(holder)] : []),
  ]);
  return [table(['environment', 'blueprint', 'state', 'runs', ...(areHeld ? ['held by'] : [])], rows)];
}

function work({ work }: Report): string[] {
  if (work.length === 0) return [NONE.work];
  const rows = work.map((each) => [
    each.kind,
    times(each),
    percent(each.rate),
    length(each.medianMs),
    length(each.longestMs),
    wentWrong(each) || '–',
  ]);
  return [table(['', 'runs', 'succeeded', 'median', 'longest', 'the others'], rows), HOW_COUNTED];
}

function failure(one: Report['failures'][number]): string {
  const { run, environment, kind, state, at, cause } = one;
  const what = [md(environment), kind, state, md(placeOf(one))].filter(Boolean).join(' ');
  const after = afterwards(one);
  return `${clock(at)} ${what} (run ${run}): ${md(cause)}${after && ` · ${md(after)}`}`;
}

function voteLine({ number, question, state, options }: Report['votes'][number]): string {
  const counted = options.map(({ text, votes }) => (votes === null ? md(text) : `${md(text)}: ${votes}`));
  return `vote ${number}: ${md(question)} ${counted.join(', ')}${state === 'closed' ? '' : ` (${state})`}`;
}

function approval(one: Report['approvals'][number]): string {
  const { id, command, state, askedBy } = one;
  return `${id}: ${md(command)}, asked by ${md(askedBy)}: ${md(state)}${voices(one, md)}`;
}

function todo(one: Report['todos'][number]): string {
  const { number, text, state } = one;
  return `[${state === 'open' ? ' ' : 'x'}] ${number}: ${md(text)} (${md(ownerOf(one))}${state === 'dropped' ? ', dropped' : ''})`;
}

function topic(one: Report['agenda'][number]): string {
  const { number, title, votes, state } = one;
  return `${number}: ${md(title)}${placeInDay(one, md)}, ${count(votes, 'vote')}${state === 'open' ? '' : `, ${state}`}`;
}

function timeline(report: Report): string {
  const { shown, before } = latest(report);
  if (shown.length === 0) return NONE.timeline;
  const rows = shown.map(({ at, lane, text }) => [clock(at), md(lane), md(text)]);
  return [...(before ? [before] : []), table(['UTC', '', 'what'], rows)].join('\n\n');
}

function section(title: string, paragraphs: readonly string[]): string[] {
  return [`## ${title}`, ...paragraphs];
}

function optional<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0 ? [] : section(title, list(items, line, ''));
}

function list<T>(items: readonly T[], line: (item: T) => string, none: string): string[] {
  return [items.length === 0 ? none : items.map((item) => `- ${line(item)}`).join('\n')];
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
