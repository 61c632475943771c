import { createHash } from 'node:crypto';
import { html, escapeHtml as text } from './escape.ts';
import { PICTURE } from './markdown.ts';
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

const STYLE = `:root{color-scheme:light dark}
body{font:100%/1.5 system-ui,"DejaVu Sans",sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{margin-bottom:0}h2{margin-top:2rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8885;overflow-wrap:anywhere}
li{margin:.2rem 0;overflow-wrap:anywhere}
img{max-width:100%;background:#fff}
.faint{opacity:.75}
@media print{a{color:inherit}}`;

/** What a Content-Security-Policy names to allow the report's own style and nothing else. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** The report as one HTML page: no script; its picture beside it. */
export function asHtml(report: Report): string {
  const { session } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(session.name)}: report</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(session.name)}</h1>
<p>${text(when(session))}. ${text(attendance(report))}.</p>
${[
  section('People', people(report)),
  section('Environments', environments(report)),
  section('Runs', work(report)),
  section('What failed', list(report.failures, failure, NONE.failures)),
  section(
    'Differences still open',
    list(
      report.differences,
      (one) => `${text(difference(one))} (run ${one.run}): ${one.first.map(text).join('; ')}`,
      NONE.differences,
    ),
  ),
  section(
    'Decisions',
    list(
      report.decisions,
      ({ text: said, by }) => `${html(said)} <span class="faint">(${text(by)})</span>`,
      NONE.decisions,
    ),
  ),
  optional(
    'Announcements',
    report.announcements,
    ({ at, by, text: said }) => `${clock(at)} ${text(by)}: ${html(said)}`,
  ),
  optional('Votes', report.votes, vote),
  optional('Approvals', report.approvals, approval),
  section('Todos', list(report.todos, todo, NONE.todos)),
  optional('Agenda', report.agenda, topic),
  optional('Notes', report.notes, ({ at, by, text: said }) => `${clock(at)} ${text(by)}: ${html(said)}`),
  optional('Pinned', report.pinned, html),
  section(
    'Timeline',
    `<p><img src="${PICTURE}" alt="What happened, by environment; the table below says the same"></p>\n${timeline(report)}`,
  ),
].join('')}</body>
</html>
`;
}

function people({ people, session }: Report): string {
  if (people.total === 0) return `<p>${NONE.people}</p>`;
  const rows = people.sites.flatMap(({ site, organisations }) =>
    organisations.map(({ organisation, names }) => [
      text(site ?? NOT_SAID.site),
      text(organisation ?? NOT_SAID.organisation),
      names.map(text).join(', '),
    ]),
  );
  const services = people.services
    .map(({ service, people: there }) => `${text(service)} ${there}`)
    .join(', ');
  return `${table(['Site', 'Organisation', 'People'], rows)}
<p class="faint">People with an account on: ${services}. Channels: ${text(channelsBy(session))}.</p>`;
}

function environments({ environments }: Report): string {
  if (environments.length === 0) return `<p>${NONE.environments}</p>`;
  // When the day is over nobody holds anything.
  const areHeld = environments.some(({ holder }) => holder !== null);
  const rows = environments.map(({ name, blueprint, state, runs, holder }) => [
    text(name),
    text(blueprint),
    text(state),
    String(runs),
    ...(areHeld ? [holder === null ? '–' : text(holder)] : []),
  ]);
  return table(['Environment', 'Blueprint', 'State', 'Runs', ...(areHeld ? ['Held by'] : [])], rows);
}

function work({ work }: Report): string {
  if (work.length === 0) return `<p>${NONE.work}</p>`;
  const rows = work.map((each) => [
    text(each.kind),
    times(each),
    percent(each.rate),
    length(each.medianMs),
    length(each.longestMs),
    text(wentWrong(each) || '–'),
  ]);
  return `${table(['', 'Runs', 'Succeeded', 'Median', 'Longest', 'The others'], rows)}
<p class="faint">${HOW_COUNTED}</p>`;
}

function failure(one: Report['failures'][number]): string {
  const { run, environment, kind, state, at, cause } = one;
  const what = [`<b>${text(environment)}</b>`, text(kind), text(state), text(placeOf(one))];
  const after = afterwards(one);
  return `${clock(at)} ${what.filter(Boolean).join(' ')} (run ${run}): ${text(cause)}${after && ` · ${text(after)}`}`;
}

function vote({ number, question, state, options }: Report['votes'][number]): string {
  const counted = options.map(({ text: option, votes }) =>
    votes === null ? text(option) : `${text(option)}: ${votes}`,
  );
  return `Vote ${number}: ${html(question)} ${counted.join(', ')}${state === 'closed' ? '' : ` (${state})`}`;
}

function approval(one: Report['approvals'][number]): string {
  const { id, command, state, askedBy } = one;
  return `${id}: <code>${text(command)}</code>, asked by ${text(askedBy)}: ${text(state)}${voices(one, text)}`;
}

function todo(one: Report['todos'][number]): string {
  const { number, text: what, state } = one;
  return `${number}: ${html(what)} (${text(ownerOf(one))}, ${state})`;
}

function topic(one: Report['agenda'][number]): string {
  const { number, title, votes, state } = one;
  return `${number}: ${html(title)}${placeInDay(one, text)}, ${count(votes, 'vote')}${state === 'open' ? '' : `, ${state}`}`;
}

function timeline(report: Report): string {
  const { shown, before } = latest(report);
  if (shown.length === 0) return `<p>${NONE.timeline}</p>`;
  const rows = shown.map(({ at, lane, text: what }) => [clock(at), text(lane), html(what)]);
  return `${before && `<p>${before}</p>\n`}${table(['UTC', '', 'What'], rows)}`;
}

function section(title: string, body: string): string {
  return `<section>\n<h2>${title}</h2>\n${body}\n</section>\n`;
}

function optional<T>(title: string, items: readonly T[], line: (item: T) => string): string {
  return items.length === 0 ? '' : section(title, list(items, line, ''));
}

function list<T>(items: readonly T[], line: (item: T) => string, none: string): string {
  if (items.length === 0) return `<p>${none}</p>`;
  return `<ul>\n${items.map((item) => `<li>${line(item)}</li>`).join('\n')}\n</ul>`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}
