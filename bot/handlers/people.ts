import { adapterOf } from '../../adapters/channel.ts';
import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Queryable } from '../../db/client.ts';
import { appendEvent } from '../../db/events.ts';
import { putMessage } from '../../db/outbox.ts';
import { observedSessions, setRole } from '../../db/participants.ts';
import { identitiesOf, lockPeople, personOfIdentity, splitIdentity } from '../../db/people.ts';
import { Refusal } from '../../engine/refusal.ts';
import { type LetGo, letGo } from '../../sessions/leave.ts';
import { roleForEnvironment } from '../../sessions/limits.ts';
import { offerLink, useLink } from '../../sessions/people.ts';
import { atLeast, type Role, roleOf } from '../../sessions/roles.ts';
import { allOf } from '../audit/deed.ts';
import { article } from '../command/names.ts';
import { findPerson } from '../find-person.ts';
import { forOne } from '../for-one.ts';
import { left } from '../replies/sessions.ts';
import type { Asking, Handler, Services } from './handler.ts';
import { noAccount } from './no-account.ts';

/** Who is who, and what each may do. */

export const link: Handler<'link'> = async (services, request) => {
  const { code } = request.command;
  return code === null ? offer(services, request) : use(services, request, code);
};

/** Shows a code where only the asker reads it: whoever has it becomes the asker. */
async function offer({ database, now }: Services, request: Asking): Promise<OutgoingMessage> {
  const { identity, person } = accountIn(request);
  const { channel, privately } = request;
  if (privately === null) {
    throw new Refusal('a code must not be read by others', 'write link to me in a direct message');
  }
  return database.db.transaction(async (tx) => {
    const code = await offerLink(tx, { identity, person, channel: privately }, now());
    const message: OutgoingMessage = {
      text: `Your code: ${code} — on the other service, type: link ${code} (within ten minutes, once; give it to nobody)`,
    };
    if (privately === channel) return message;
    await tell(tx, privately, identity, message);
    return { text: `${request.sender.display}: a code is in a direct message to you` };
  });
}

async function use(
  { database, policy, now }: Services,
  request: Asking,
  typed: string,
): Promise<OutgoingMessage> {
  const account = { ...accountIn(request), channel: request.channel };
  return database.db.transaction(async (tx) => {
    const linking = await useLink(tx, account, typed, { now: now(), terms: policy.terms });
    if (!linking.linked) return { kind: 'refusal', text: REFUSED[linking.why](linking.left) };
    const { person, code, lost, events } = linking;
    for (const event of events) await appendEvent(tx, event);
    await appendEvent(tx, {
      kind: 'person.linked',
      sessionId: request.session?.id ?? null,
      personId: person.id,
      channel: request.channel,
      data: { identity: account.identity, to: code.identity, person: person.name },
    });
    await tell(tx, code.channel, code.identity, {
      text: `${account.identity} is you now, as well as ${code.identity}. If that is not you: unlink ${account.identity}`,
    });
    const roles =
      lost.length > 0 ? `. The role ${lost.join(', ')} did not come along; an admin may grant it` : '';
    return {
      mood: 'good',
      text: `${account.identity} and ${code.identity} are one person now: ${person.name}. Apart again: unlink${roles}`,
    };
  });
}

const REFUSED = {
  wrong: (left: number) =>
    `That is no code, or it was used or is older than ten minutes — type link on the other service for a new one (${left} more tries here for now)`,
  own: () => 'That is your own code — type it on the other service, with your account there',
  same: () => 'These two accounts are one person already — whoami shows them',
  'too-many': () =>
    'Too many wrong codes from this account — wait ten minutes, then type link on the other service for a new one',
} as const;

export const unlink: Handler<'unlink'> = async ({ database, now }, request) => {
  const { identity: own, person } = accountIn(request);
  const identity = request.command.identity ?? own;
  return database.db.transaction(async (tx) => {
    await lockPeople(tx);
    const theirs = await personOfIdentity(tx, identity);
    if (theirs?.id !== person.id)
      throw new Refusal(`${identity} is no account of yours`, 'whoami shows them');
    const apart = await splitIdentity(tx, identity, now());
    if (!apart) throw new Refusal(`${identity} is your only account`, 'link joins others to it');
    // Who was made an observer is one with every account, also with one that is a person of its own again.
    for (const observed of await observedSessions(tx, person.id)) {
      await setRole(tx, observed, apart.id, 'observer');
    }
    await appendEvent(tx, {
      kind: 'person.unlinked',
      sessionId: request.session?.id ?? null,
      personId: person.id,
      channel: request.channel,
      data: { identity, person: person.name, apart: apart.id },
    });
    return {
      text: `${identity} is a person of its own again; what you hold stays with ${await rest(tx, person.id)}`,
    };
  });
};

async function rest(tx: Queryable, personId: number): Promise<string> {
  return (await identitiesOf(tx, personId)).join(', ');
}

export const grant: Handler<'grant'> = (services, request) =>
  changeRole(services, request, request.command.person, request.command.role);

export const revoke: Handler<'revoke'> = (services, request) =>
  changeRole(services, request, request.command.person, null);

/** `granted`: null takes away what was granted. */
async function changeRole(
  services: Services,
  request: Asking,
  said: string,
  granted: Role | null,
): Promise<OutgoingMessage> {
  const { database } = services;
  const { session, channel, sender } = request;
  if (!session)
    throw new Refusal(
      'roles are those of a session, and this channel is part of none',
      'session lists the open ones',
    );
  const person = await findPerson(database.db, said, request);
  return database.db.transaction(async (tx) => {
    await setRole(tx, session.id, person.id, granted);
    const gone = await loseWhatIsBeyond(
      tx,
      services,
      session.id,
      person.id,
      granted ?? 'participant',
      channel,
    );
    request.touched.environment = allOf(gone.environments);
    await appendEvent(tx, {
      kind: granted === null ? 'role.revoked' : 'role.granted',
      sessionId: session.id,
      personId: person.id,
      channel,
      data: {
        person: person.name,
        ...(granted === null ? {} : { role: granted }),
        by: sender.display,
        answeredIn: channel,
      },
    });
    const now =
      granted === null
        ? `has no granted role in ${session.name} any more: participant`
        : `is ${granted} in ${session.name} now`;
    return { text: `${person.name} (${await rest(tx, person.id)}) ${now}${left(gone)}` };
  });
}

/** Nobody keeps from others what they may not change themselves: what is held, waited for and asked for beyond a new role is let go of. */
async function loseWhatIsBeyond(
  tx: Queryable,
  { admins, policy, now }: Services,
  sessionId: number,
  personId: number,
  granted: Role,
  channel: string,
): Promise<LetGo> {
  // Whom the configuration names stays an admin, whatever is granted.
  const roles = (await identitiesOf(tx, personId)).map((identity) => roleOf(identity, admins, granted));
  const gone = await letGo(tx, sessionId, personId, { now: now(), terms: policy.terms }, channel, {
    of: (environment) => {
      const least = roleForEnvironment(environment, policy.limits) ?? 'participant';
      return !roles.some((role) => atLeast(role, 'participant') && atLeast(role, least));
    },
    why: `is ${article(granted)} now`,
  });
  for (const event of gone.events) await appendEvent(tx, event);
  return gone;
}

function accountIn({ sender }: Asking) {
  const { identity, person } = sender;
  if (identity !== null && person) return { identity, person };
  throw noAccount(sender, 'this service does not vouch for an account of yours');
}

async function tell(tx: Queryable, channel: string, identity: string, said: OutgoingMessage): Promise<void> {
  const message = forOne(channel, identity, said);
  await putMessage(tx, { adapter: adapterOf(channel), channel, board: null, message });
}
