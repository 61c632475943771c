import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Stake } from '../../db/leases.ts';
import type { NamedParticipant } from '../../db/participants.ts';
import type { LinkedChannel, Session } from '../../db/sessions.ts';
import type { LetGo } from '../../sessions/leave.ts';
import { oneSpelling } from '../../sessions/spelling.ts';
import { ago, count } from './words.ts';

export function sessionList(sessions: readonly Session[]): OutgoingMessage {
  if (sessions.length === 0) {
    return { text: 'This channel is part of no session, and none is open. Begin one: session start <name>' };
  }
  const names = sessions.map(({ name, startedAt }) => `${name} (since ${ago(startedAt)})`).join(', ');
  return {
    text: `This channel is part of no session. Open: ${names}. Take part here: session link ${sessions[0]?.name}`,
  };
}

export interface SessionFacts {
  readonly channels: readonly LinkedChannel[];
  readonly participants: readonly NamedParticipant[];
  readonly stakes: readonly Stake[];
  readonly here: string;
}

export function sessionView(session: Session, facts: SessionFacts): OutgoingMessage {
  const { channels, participants, stakes, here } = facts;
  const held = stakes.filter(({ how }) => how === 'holds').length;
  const links = channels
    .map(({ channel, lane }) => `${channel}${lane === 'help' ? ' (help)' : ''}`)
    .join(', ');
  return {
    text: `Session ${session.name}, begun ${ago(session.startedAt)}: ${count(participants.length, 'person').replace('persons', 'people')}, ${count(held, 'environment')} held, in ${links}`,
    blocks: [
      {
        type: 'table',
        columns: ['channel', 'for', 'told'],
        rows: channels.map(({ channel, lane, verbosity }) => [
          channel === here ? `${channel} (here)` : channel,
          lane,
          verbosity,
        ]),
      },
    ],
    blocksAre: 'background',
  };
}

/** What somebody, or everybody, has let go of by leaving. */
export function left({ released, unqueued, withdrawn }: LetGo): string {
  const parts = [
    released.length > 0 ? `${released.join(', ')} released` : '',
    unqueued.length > 0 ? `no more in the queue of ${unqueued.join(', ')}` : '',
    withdrawn.length > 0 ? `approval ${withdrawn.join(', ')} withdrawn` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? `; ${parts.join('; ')}` : '';
}

/** An account that the configuration names as an admin, and whose it is; null: nobody has been seen with it. */
export interface ConfiguredAdmin {
  readonly identity: string;
  readonly person: { readonly id: number; readonly name: string } | null;
}

/**
 * By site and organisation, with what each has to do with environments. `admins`: those of the configuration are it whatever they
 * were granted, and whether they take part or not.
 */
export function whoView(
  session: Session,
  said: readonly NamedParticipant[],
  stakes: readonly Stake[],
  admins: readonly ConfiguredAdmin[],
): OutgoingMessage {
  const areAdmins = new Set(admins.flatMap((admin) => admin.person?.id ?? []));
  const absent = absentAdmins(said, admins);
  const absentLine = absent.length > 0 ? `\nadmins who take no part now: ${absent.join(', ')}` : '';
  if (said.length === 0) return { text: `Nobody takes part in ${session.name} yet: join${absentLine}` };
  const organisationOf = oneSpelling(said.map(({ organisation }) => organisation));
  const siteOf = oneSpelling(said.map(({ site }) => site));
  const participants = said.map((each) => ({
    ...each,
    role: areAdmins.has(each.personId) ? ('admin' as const) : each.role,
    organisation: organisationOf(each.organisation),
    site: siteOf(each.site),
  }));
  const sites = new Map<string, NamedParticipant[]>();
  for (const each of participants) {
    const place = `${each.site ?? 'site not said'} / ${each.organisation ?? 'organisation not said'}`;
    sites.set(place, [...(sites.get(place) ?? []), each]);
  }
  const ordered = [...sites].sort(([a], [b]) => a.localeCompare(b));
  const lines = ordered.map(
    ([place, people]) => `${place}: ${people.map((each) => person(each, stakes)).join(', ')}`,
  );
  const organisations = new Set(participants.flatMap(({ organisation }) => organisation ?? []));
  return {
    text: `${session.name}: ${count(participants.length, 'person').replace('persons', 'people')} of ${count(organisations.size, 'organisation')}\n${lines.join('\n')}${absentLine}`,
    blocks: [
      {
        type: 'table',
        columns: ['site', 'organisation', 'person', 'role', 'holds', 'waits for'],
        rows: [
          ...ordered.flatMap(([, people]) =>
            people.map((each) => [
              each.site ?? '',
              each.organisation ?? '',
              each.name,
              each.role ?? 'participant',
              environments(each, stakes, 'holds'),
              environments(each, stakes, 'waits'),
            ]),
          ),
          ...absent.map((admin) => ['', '', admin, 'admin, takes no part', '', '']),
        ],
      },
    ],
    blocksAre: 'restated',
  };
}

/** Whom a refusal says to ask, though they have not joined: by name and account, or by account. */
function absentAdmins(
  said: readonly NamedParticipant[],
  admins: readonly ConfiguredAdmin[],
): readonly string[] {
  const there = new Set(said.map(({ personId }) => personId));
  const accounts = new Map<string, string>();
  for (const { identity, person: who } of admins) {
    // Of somebody with several accounts the first will do.
    const key = who === null ? identity : String(who.id);
    if ((who !== null && there.has(who.id)) || accounts.has(key)) continue;
    accounts.set(key, who === null ? identity : `${who.name} (${identity})`);
  }
  return [...accounts.values()];
}

function person(each: NamedParticipant, stakes: readonly Stake[]): string {
  const holds = environments(each, stakes, 'holds');
  const waits = environments(each, stakes, 'waits');
  const notes = [
    each.role && each.role !== 'participant' ? each.role : '',
    holds && `holds ${holds}`,
    waits && `waits for ${waits}`,
  ].filter((note) => note !== '');
  return notes.length > 0 ? `${each.name} (${notes.join(', ')})` : each.name;
}

function environments({ personId }: NamedParticipant, stakes: readonly Stake[], how: Stake['how']): string {
  return stakes
    .filter((stake) => stake.personId === personId && stake.how === how)
    .map(({ environment }) => environment)
    .join(', ');
}
