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
  length,
  NOT_SAID,
  ownerOf,
  percent,
  placeOf,
  times,
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
    ...section('What failed', list(report.failures, failure, 'Nothing failed.')),
    ...section(
      'Differences still open',
      list(
        report.differences,
        (one) => `${md(difference(one))} (run ${one.run}): ${one.first.map(md).join('; ')}`,
        'None that anybody has seen: every comparison with a baseline was equal, or was followed by a reset or a promote.',
      ),
    ),
    ...section(
      'Decisions',
      list(report.decisions, ({ text, by }) => `${md(text)} (${md(by)})`, 'None written down.'),
    ),
    ...optional(
      'Announcements',
      report.announcements,
      ({ at, by, text }) => `${clock(at)} ${md(by)}: ${md(text)}`,
    ),
    ...optional('Votes', report.votes, voteLine),
    ...optional('Approvals', report.approvals, approval),
    ...section('Todos', list(report.todos, todo, 'None.')),
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
    ...(rows.length > 0 ? [table(['site', 'organisation', 'people'], rows)] : ['Nobody has joined.']),
    ...(services ? [`People with an account on: ${services}. Channels: ${md(channelsBy(session))}.`] : []),
  ];
}

function environments({ environments }: Report): string[] {
  if (environments.length === 0) return ['None were used.'];
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
  if (work.length === 0) return ['None.'];
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

function approval({
  id,
  command,
  state,
  askedBy,
  approvedBy,
  rejectedBy,
}: Report['approvals'][number]): string {
  const said = [
    ...(approvedBy.length > 0 ? [`approved by ${approvedBy.map(md).join(', ')}`] : []),
    ...(rejectedBy.length > 0 ? [`rejected by ${rejectedBy.map(md).join(', ')}`] : []),
  ];
  return `${id}: ${md(command)}, asked by ${md(askedBy)}: ${md(state)}${said.length > 0 ? `; ${said.join('; ')}` : ''}`;
}

function todo(one: Report['todos'][number]): string {
  const { number, text, state } = one;
  return `[${state === 'open' ? ' ' : 'x'}] ${number}: ${md(text)} (${md(ownerOf(one))}${state === 'dropped' ? ', dropped' : ''})`;
}

function topic({ number, title, votes, slot, place, who, state }: Report['agenda'][number]): string {
  const where = [slot, place, who].flatMap((each) => (each ? [md(each)] : [])).join(', ');
  return `${number}: ${md(title)}${where ? ` (${where})` : ''}, ${count(votes, 'vote')}${state === 'open' ? '' : `, ${state}`}`;
}

const MOST_LINES = 2_000;

function timeline({ timeline }: Report): string {
  if (timeline.length === 0) return 'Nothing has happened.';
  const shown = timeline.slice(-MOST_LINES);
  const rows = shown.map(({ at, lane, text }) => [clock(at), md(lane), md(text)]);
  const before = timeline.length - shown.length;
  return [
    ...(before > 0 ? [`The last ${shown.length}; ${before} before them are in report.json.`] : []),
    table(['UTC', '', 'what'], rows),
  ].join('\n\n');
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
