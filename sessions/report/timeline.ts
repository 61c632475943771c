import type { EventFact } from '../../db/day.ts';
import { deedOf } from './attempts.ts';
import { sharing } from './sharing.ts';

/** One thing that happened, in words. */
export interface Happening {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The environment that it is about, or what else: `people`, `agenda`, `votes`, `notes`, `todos`, `session`. */
  readonly lane: string;
  /** The state of what is told (`succeeded`, `failed` …), or the kind of the event. */
  readonly kind: string;
  readonly text: string;
  readonly run: number | null;
}

/** What happened, in words, oldest first; what is of no interest afterwards is left out. */
export function happenings(events: readonly EventFact[]): Happening[] {
  return events.flatMap((event) => {
    const told = tell(event);
    return told === null ? [] : [{ at: event.at.toISOString(), run: event.run, ...told }];
  });
}

interface Told {
  readonly lane: string;
  readonly text: string;
  readonly kind: string;
}

function tell({ kind, data, person, environment }: EventFact): Told | null {
  // Work keeps a lease by itself, again and again; and at the session's end no turn is anybody's any more.
  if (kind === 'lease.extended' && data.byWork === true) return null;
  if (kind === 'lease.turn-offered' && data.ended === true) return null;
  const word = (name: string): string => {
    const value = data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  // A schedule's run is nobody's; the event names what began it.
  const who = person ?? (word('by') || 'somebody');
  const numbered = `${word('number')} ${word('title') || word('text') || word('question')}`;
  const on = (lane: string, text: string, sign = kind): Told => ({ lane, text, kind: sign });
  const place = environment ?? (word('environment') || 'session');
  switch (kind) {
    case 'run.queued':
      return on(place, `${who}: ${word('command')}`, 'queued');
    case 'run.ended':
      return on(place, joined(`${deedIn(word)} ${word('state')}`, word('summary')), word('state'));
    case 'run.retried':
      return on(place, joined(`${who} retries`, word('command')), 'queued');
    case 'run.cancel-requested':
      return on(place, joined(`${who} cancels`, word('command')), 'cancelled');
    case 'task.resolved':
      return on(place, `${who} says what became of ${word('task')}: ${word('answer')}`);
    case 'schedule.set':
      return on(place, `${who} has it verified every ${word('every')}`);
    case 'schedule.ended':
      return on(place, `${who} ends its schedule`);
    case 'announcement':
      return on('session', `${who} announces: ${word('text')}`);
    case 'run.waiting':
      return on(place, 'waits for people to say what became of a step', 'unknown');
    case 'agenda.add':
      return on('agenda', `${who} proposes topic ${numbered}`);
    case 'agenda.move':
      return on(
        'agenda',
        joined(`topic ${numbered}`, ['slot', 'place', 'who'].map(word).filter(Boolean).join(', ')),
      );
    case 'agenda.done':
      return on('agenda', `topic ${numbered}: done`, 'done');
    case 'agenda.drop':
      return on('agenda', `${who} drops topic ${numbered}`);
    case 'note.added':
      return on('notes', `${who}: ${word('text')}`);
    case 'decision.noted':
      return on('notes', `decision, noted by ${who}: ${word('text')}`, 'done');
    case 'todo.add':
      return on('todos', `${who} adds todo ${numbered}${word('owner') ? ` (${word('owner')})` : ''}`);
    case 'todo.done':
      return on('todos', `todo ${numbered}: done`, 'done');
    case 'todo.take':
      return on('todos', `${who} takes todo ${numbered}`);
    case 'todo.give':
      return on('todos', `${who} gives todo ${numbered} to ${word('owner')}`);
    case 'todo.drop':
      return on('todos', `${who} drops todo ${numbered}`);
    case 'pin.added':
      return on('notes', `${who} pins: ${word('text')}`);
    case 'vote.asked':
      return on('votes', `${who} asks, vote ${numbered}`);
    case 'vote.closed':
      return on('votes', joined(`vote ${numbered}`, word('outcome')), 'done');
    case 'vote.dropped':
      return on('votes', `${who} drops vote ${numbered}`);
    default: {
      const told = sharing(kind, word);
      return told && on(told.lane === 'environment' ? place : told.lane, told.text);
    }
  }
}

/** To bless a baseline is a snapshot for the engine. */
function deedIn(word: (name: string) => string): string {
  return deedOf({ kind: word('kind'), detail: { snapshot: word('snapshot') } });
}

function joined(what: string, more: string): string {
  return more === '' ? what : `${what}: ${more}`;
}
