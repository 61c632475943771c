import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Event } from '../../db/events.ts';
import type { LeaseNews } from '../../sessions/leases/desk.ts';
import type { Weight } from '../audience.ts';
import { atMinute, beginningOf } from './words.ts';

/** News for the channels of a session, made from one event. */
export interface Told {
  readonly weight: Weight;
  readonly message: OutgoingMessage;
  /**
   * Beside the event's own channel; `personId`: who spoke there, null: it is everybody's. `calls`: that person is called by name
   * there.
   */
  readonly alsoIn?: readonly {
    readonly channel: string;
    readonly personId: number | null;
    readonly calls?: boolean;
  }[];
  /** Whoever it is about has to do something: the person is called by name, where the event's own channel is. */
  readonly calls?: boolean;
}

type Data = Readonly<Record<string, unknown>>;
const text = (data: Data, key: string): string =>
  typeof data[key] === 'string' ? (data[key] as string) : '';
function listed<Each>(data: Data, key: string): readonly Each[] {
  return Array.isArray(data[key]) ? (data[key] as Each[]) : [];
}

const notice = (weight: Weight, line: string): Told => ({ weight, message: { kind: 'notice', text: line } });

/** What somebody is to answer by a command, with a button that says it for them. */
const question = (line: string, label: string, command: string): OutgoingMessage => ({
  kind: 'question',
  mood: 'waiting',
  text: line,
  buttons: [{ label, command, style: 'primary' }],
});

/** What is told of an event that no run is about; null: nothing. Of what ends with its session, the end alone is told. */
export function newsOf(event: Event): Told | null {
  return event.data.ended === true ? null : inWords(event);
}

/** An event that no run is about in words, whether it is told or not; null: there are none for it. */
export function inWords(event: Event): Told | null {
  const [family, what = ''] = event.kind.split('.');
  switch (family) {
    case 'lease':
      return leaseNews(what, event.data as unknown as LeaseNews & Data);
    case 'session':
      return sessionNews(what, event.data, event.channel ?? '');
    case 'approval':
      return approvalNews(what, event.data);
    case 'role':
      return roleNews(what, event.data);
    case 'announcement':
      return announced(event.data);
    default:
      return null;
  }
}

function leaseNews(what: string, data: LeaseNews & Data): Told | null {
  const { environment, person, reason, other } = data;
  const until = data.until ? atMinute(new Date(data.until)) : '';
  const why = reason ? ` (${reason})` : '';
  const usual = (line: string) => notice('usual', line);
  const claim = `claim ${environment}`;
  const from = text(data, 'otherChannel');
  const there = { channel: from, personId: data.otherPerson ?? null };
  const alsoIn = from === '' ? {} : { alsoIn: [there] };
  const callsThere = from === '' ? {} : { alsoIn: [{ ...there, calls: true }] };
  switch (what) {
    case 'claimed':
      return usual(`${environment}: ${person} holds it${why} until ${until}`);
    case 'extended':
      return usual(
        `${environment}: ${person} holds it until ${until}${data.byWork ? ', since work goes on' : ''}`,
      );
    case 'released':
      return usual(`${environment}: ${person} has released it`);
    case 'expired':
      return usual(`${environment}: the time of ${person} is over`);
    case 'gone':
      return {
        ...usual(
          `${environment} is destroyed: ${person} ${data.waiting === 1 ? 'waits' : 'wait'} for it no more`,
        ),
        alsoIn: listed<string>(data, 'channels').map((channel, at) => ({
          channel,
          personId: listed<number>(data, 'persons')[at] ?? null,
        })),
      };
    case 'queued':
      return { ...usual(`${environment}: ${person} waits for it`), weight: 'detail' };
    case 'unqueued':
      return { ...usual(`${environment}: ${person} waits no more`), weight: 'detail' };
    case 'turn-passed':
      return usual(`${environment}: ${person} did not come in time; the turn goes on`);
    case 'handed-over':
      return { ...usual(`${environment}: ${person} has it from ${other}${why} until ${until}`), ...alsoIn };
    case 'handoff-lapsed':
      return usual(`${environment}: ${other} did not take it; it stays with ${person}`);
    case 'warned': {
      const waiting = data.waiting ?? 0;
      const next = waiting > 0 ? `${waiting} in the queue` : `extend ${environment} for 1h keeps it`;
      return {
        weight: 'detail',
        calls: true,
        message: {
          kind: 'notice',
          mood: 'waiting',
          text: `${environment}: ${person}, your time ends at ${until}; ${next}`,
        },
      };
    }
    case 'turn-offered': {
      const then = other ? `, then ${other}` : '';
      return {
        weight: 'usual',
        calls: true,
        message: question(
          `${environment}: ${person}, it is your turn until ${until}${then}. Say: ${claim}`,
          `Claim ${environment}`,
          claim,
        ),
      };
    }
    case 'handoff-offered':
      return {
        weight: 'usual',
        message: question(
          `${environment}: ${person} offers it to ${other} until ${until}. ${other} says: ${claim}`,
          `Take ${environment}`,
          claim,
        ),
        ...callsThere,
      };
    case 'asked-for': {
      const command = `handoff ${environment} ${other}`;
      return {
        weight: 'usual',
        calls: true,
        message: question(
          `${environment}: ${text(data, 'asker')} asks ${person} to hand it over. ${person} says: ${command}`,
          `Hand ${environment} over`,
          command,
        ),
      };
    }
    case 'taken-over':
      return {
        weight: 'important',
        message: {
          kind: 'notice',
          mood: 'bad',
          text: `${environment}: ${person} has taken it over${other ? ` from ${other}` : ''}${why}, until ${until}`,
        },
        ...callsThere,
      };
    default:
      return null;
  }
}

function sessionNews(what: string, data: Data, channel: string): Told | null {
  const [session, person] = [text(data, 'session'), text(data, 'person')];
  switch (what) {
    case 'linked':
      return notice('usual', `${session}: ${channel} takes part, for ${text(data, 'lane')} (${person})`);
    case 'unlinked':
      return notice('usual', `${session}: ${channel} takes no part any more (${person})`);
    case 'joined': {
      const organisation = text(data, 'organisation');
      const site = text(data, 'site');
      return notice(
        'detail',
        `${session}: ${person}${organisation && ` of ${organisation}`}${site && ` at ${site}`} takes part`,
      );
    }
    case 'left':
      return notice('detail', `${session}: ${person} has left`);
    case 'ended': {
      const channels = listed<string>(data, 'channels');
      return {
        ...notice('must', `Session ${session} has ended (${person}). Its report: report`),
        alsoIn: channels.map((each) => ({ channel: each, personId: null })),
      };
    }
    default:
      return null;
  }
}

function approvalNews(what: string, data: Data): Told | null {
  const id = String(data.approval ?? '');
  const command = beginningOf(text(data, 'command'), 120);
  const because = Array.isArray(data.because) ? (data.because as string[]).join('; ') : '';
  switch (what) {
    case 'said':
      return notice(
        'usual',
        `Approval ${id}, "${command}": ${String(data.agreed)} of ${String(data.needed)} agree. ${because}`,
      );
    case 'approved':
      return notice('important', `Approval ${id}, "${command}": approved. ${because}`);
    case 'rejected':
      return notice('important', `Approval ${id}, "${command}": rejected, it will not happen. ${because}`);
    case 'stuck':
      return notice(
        'important',
        `Approval ${id}, "${command}" cannot begin now: ${text(data, 'why')}. ${text(data, 'asker')} may say it again until the approval runs out`,
      );
    case 'expired': {
      const why = data.wasApproved === true ? 'approved, but not begun in time' : 'not enough agreed in time';
      return notice('important', `Approval ${id}, "${command}": ${why}; it will not happen`);
    }
    case 'void':
      return notice('important', `Approval ${id}, "${command}" is void: ${text(data, 'why')}`);
    default:
      return null;
  }
}

/** Everybody is told, also where newcomers ask. */
function announced(data: Data): Told {
  const line = `Announcement (${text(data, 'session')}, by ${text(data, 'person')}): ${text(data, 'text')}`;
  return notice('must', line);
}

function roleNews(what: string, data: Data): Told | null {
  const person = text(data, 'person');
  const line =
    what === 'granted' ? `${person} is ${text(data, 'role')} now` : `${person} is a participant now`;
  return notice('usual', `${line} (${text(data, 'by')})`);
}
