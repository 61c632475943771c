import type { Failure, Report, ReportedTodo } from './report.ts';
import type { Standing, WorkDone } from './work.ts';

/** The same words in Markdown and HTML. Times are UTC. */

export function day(at: string): string {
  return at.slice(0, 10);
}

export function clock(at: string): string {
  return at.slice(11, 16);
}

/** `2026-11-28, 09:00–17:30 UTC`; of one that goes on, so far. */
export function when({ startedAt, endedAt, madeAt }: Report['session']): string {
  if (endedAt === null)
    return `since ${day(startedAt)} ${clock(startedAt)} UTC; this is how it stood at ${clock(madeAt)} UTC`;
  const end = day(endedAt) === day(startedAt) ? clock(endedAt) : `${day(endedAt)} ${clock(endedAt)}`;
  return `${day(startedAt)}, ${clock(startedAt)}–${end} UTC`;
}

/** `0.8 s`, `42 s`, `2 min 5 s`, `3 h 10 min`; `–` for none. */
export function length(ms: number | null): string {
  if (ms === null) return '–';
  const tenths = Math.round(ms / 100);
  if (tenths < 100) return `${tenths / 10} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

/** `87 %`; `–` where there is nothing to judge. */
export function percent(rate: number | null): string {
  return rate === null ? '–' : `${Math.round(rate * 100)} %`;
}

export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** What did not go well of a kind of work: `2 failed, 1 cancelled`; empty when all did. */
export function wentWrong(work: WorkDone): string {
  const parts = (['failed', 'broke', 'unknown', 'cancelled'] as const).flatMap((state) =>
    work[state] > 0 ? [`${work[state]} ${state}`] : [],
  );
  if (work.going > 0) parts.push(`${work.going} not ended`);
  return parts.join(', ');
}

/** How often something was done, and tried: `4`, `4 (5 tries)`. */
export function times({ runs, attempts }: Pick<WorkDone, 'runs' | 'attempts'>): string {
  return attempts > runs ? `${runs} (${count(attempts, 'try', 'tries')})` : String(runs);
}

/** Below the table of what was done. */
export const HOW_COUNTED =
  'Success is counted by try, of what has ended and was not cancelled: what failed and was retried with success is a failure and a success. Times are of tries that succeeded.';

/** `at step install on controller`; empty where it is not known. */
export function placeOf({ where }: Pick<Failure, 'where'>): string {
  if (where === null) return '';
  const [step = '', node = ''] = where.split('@');
  return `at step ${step}${node ? ` on ${node}` : ''}`;
}

/** What came after a failure; empty: nothing did. */
export function afterwards({ retried, mended, kind }: Pick<Failure, 'retried' | 'mended' | 'kind'>): string {
  const retry = retried === null ? '' : `retried by ${retried.by ?? 'somebody'}: ${retried.state}`;
  const later = mended && retried?.state !== 'succeeded' ? `a later ${kind} succeeded` : '';
  return [retry, later].filter(Boolean).join('; ');
}

export function difference({ environment, differences, at, stale }: Standing): string {
  const later = stale ? '; something was changed after that' : '';
  return `${environment} differed from its baseline in ${count(differences, 'place')} at ${clock(at)} UTC${later}`;
}

/** Whose a todo is. */
export function ownerOf({ owner, state }: Pick<ReportedTodo, 'owner' | 'state'>): string {
  return owner ?? (state === 'open' ? 'nobody yet' : "nobody's");
}

/** What stands where a section has nothing in it. */
export const NONE = {
  people: 'Nobody has joined.',
  environments: 'None were used.',
  work: 'None.',
  failures: 'Nothing failed.',
  differences:
    'None that anybody has seen: every comparison with a baseline was equal, or was followed by a reset or a promote.',
  decisions: 'None written down.',
  todos: 'None.',
  timeline: 'Nothing has happened.',
};

const MOST_LINES = 2_000;

/** The end of the timeline, as much as a page bears, and a sentence on what is left out; empty: nothing is. */
export function latest({ timeline }: Report): { shown: Report['timeline']; before: string } {
  const shown = timeline.slice(-MOST_LINES);
  const left = timeline.length - shown.length;
  return {
    shown,
    before: left > 0 ? `The last ${shown.length}; ${left} before them are in report.json.` : '',
  };
}

/** Makes people's text safe for what the report is written in. */
type Safe = (text: string) => string;

/** `; approved by alice, bob; rejected by carol`; empty: nobody has said anything. */
export function voices({ approvedBy, rejectedBy }: Report['approvals'][number], safe: Safe): string {
  const of = (said: string, names: readonly string[]) =>
    names.length > 0 ? `; ${said} by ${names.map(safe).join(', ')}` : '';
  return of('approved', approvedBy) + of('rejected', rejectedBy);
}

/** ` (10:30, blue room, bob)`: when, where and by whom a topic is; empty: it has no place yet. */
export function placeInDay({ slot, place, who }: Report['agenda'][number], safe: Safe): string {
  const known = [slot, place, who].flatMap((each) => (each ? [safe(each)] : []));
  return known.length > 0 ? ` (${known.join(', ')})` : '';
}

/** What people have not said of themselves, as `who` has it. */
export const NOT_SAID = { site: 'site not said', organisation: 'organisation not said' };

/** `3 on irc (#help, #lower, #upper), 2 on slack`: where names say something to people, they stand. */
export function channelsBy({ channels }: Report['session']): string {
  const services = new Map<string, string[]>();
  for (const channel of channels) {
    const [service = ''] = channel.split(':');
    services.set(service, [...(services.get(service) ?? []), channel.slice(channel.lastIndexOf('/') + 1)]);
  }
  return [...services]
    .map(([service, names]) => {
      const said = service === 'irc' ? ` (${names.join(', ')})` : '';
      return `${names.length} on ${service}${said}`;
    })
    .join(', ');
}

/** `70 people of 14 organisations at 2 sites`. */
export function attendance({ people }: Report): string {
  const sites = people.sites.filter(({ site }) => site !== null).length;
  const from = people.organisations > 0 ? ` of ${count(people.organisations, 'organisation')}` : '';
  return `${count(people.total, 'person', 'people')}${from}${sites > 0 ? ` at ${count(sites, 'site')}` : ''}`;
}
