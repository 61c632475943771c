import { adapterOf } from '../../adapters/channel.ts';
import type { OutgoingMessage } from '../../adapters/message.ts';
import { boardOfSession } from '../../db/boards.ts';
import type { Queryable } from '../../db/client.ts';
import { appendEvent } from '../../db/events.ts';
import { putMessage } from '../../db/outbox.ts';
import { participantOf } from '../../db/participants.ts';
import {
  laneOf,
  linkChannel,
  lockSessions,
  openSessionNamed,
  openSessions,
  type Session,
  sessionOfChannel,
  unlinkChannel,
} from '../../db/sessions.ts';
import { Refusal } from '../../engine/refusal.ts';
import { atLeast, type Role, roleOf } from '../../sessions/roles.ts';
import { boardNow } from '../board-of-session.ts';
import { article } from '../command/names.ts';
import { nearest } from '../command/nearest.ts';
import type { Asking, Services } from './handler.ts';
import { personIn, sessionIn } from './in-session.ts';
import { needRole } from './need-role.ts';

/** The channels of a session, and the boards in them. */

export async function link(
  services: Services,
  request: Asking,
  name: string,
  lane: 'operations' | 'help',
): Promise<OutgoingMessage> {
  const { database, admins, policy } = services;
  const { sender, channel } = request;
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    await lockSessions(tx);
    const wanted = await openSessionNamed(tx, name);
    if (!wanted) throw await noSession(tx, name);
    // The right to is one of the session that gets the channel, and of the one that loses it.
    await needRoleIn(tx, wanted, request, admins, policy.mayStart, `linking a channel to ${name}`);
    const before = await sessionOfChannel(tx, channel);
    if (before && before.id !== wanted.id) {
      await needRoleIn(
        tx,
        before,
        request,
        admins,
        'operator',
        `taking this channel away from ${before.name}`,
      );
    }
    if (before?.id === wanted.id && (await laneOf(tx, channel)) === lane) {
      throw new Refusal(`this channel is part of ${name} for ${lane} already`);
    }
    await linkChannel(tx, { sessionId: wanted.id, channel, lane, linkedBy: person.id });
    await appendEvent(tx, {
      kind: 'session.linked',
      sessionId: wanted.id,
      personId: person.id,
      channel,
      data: { session: name, person: sender.display, lane, answeredIn: channel },
    });
    const told =
      lane === 'help'
        ? 'what is asked here is answered here; of all else it is told announcements, votes and the end'
        : 'what becomes of the environments is told here, too (notify quiet, normal or verbose says how much)';
    return { mood: 'good', text: `This channel is part of the session ${name} now: ${told}.` };
  });
}

/** Puts the board up, below everything that was said before; one that stood higher up ends. */
export async function board(services: Services, request: Asking): Promise<OutgoingMessage> {
  const { database } = services;
  const { channel } = request;
  const here = sessionIn(request);
  needRole(request, 'participant', 'putting the board up');
  const person = personIn(request);
  if ((await sessionOfChannel(database.db, channel))?.id !== here.id) {
    throw new Refusal(
      'the board is put up in channels of the session',
      `session link ${here.name} makes this one`,
    );
  }
  const message = await boardNow(database.db, services, here);
  return database.db.transaction(async (tx) => {
    const number = await appendEvent(tx, {
      kind: 'session.board',
      sessionId: here.id,
      personId: person.id,
      channel,
      data: { session: here.name, person: person.name, answeredIn: channel },
    });
    const key = boardOfSession(here.id, number);
    await putMessage(tx, { adapter: adapterOf(channel), channel, board: key, message });
    return { text: `That is the board of ${here.name}; where messages can be changed it is kept up to date` };
  });
}

export async function unlink(services: Services, request: Asking): Promise<OutgoingMessage> {
  const { database } = services;
  const { channel, sender } = request;
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    await lockSessions(tx);
    const linked = await sessionOfChannel(tx, channel);
    if (!linked) throw new Refusal('this channel is part of no session');
    needRole(request, 'operator', `parting this channel from ${linked.name}`);
    await unlinkChannel(tx, channel);
    await appendEvent(tx, {
      kind: 'session.unlinked',
      sessionId: linked.id,
      personId: person.id,
      channel,
      data: { session: linked.name, person: sender.display, answeredIn: channel },
    });
    return {
      text: `This channel is no part of the session ${linked.name} any more; the session goes on elsewhere.`,
    };
  });
}

async function needRoleIn(
  tx: Queryable,
  { id, name }: Session,
  { sender }: Asking,
  admins: ReadonlySet<string>,
  least: Role,
  what: string,
): Promise<void> {
  const participant = sender.person ? await participantOf(tx, id, sender.person.id) : null;
  const role = roleOf(sender.identity, admins, participant?.role ?? null);
  if (atLeast(role, least)) return;
  throw new Refusal(
    `${what} needs the role ${least} in ${name}; you are ${article(role)} there`,
    `ask ${article(least)} of ${name}: who, in one of its channels, names them`,
  );
}

async function noSession(tx: Queryable, name: string): Promise<Refusal> {
  const names = (await openSessions(tx)).map((each) => each.name);
  const near = nearest(name, names);
  const hint = near
    ? `did you mean ${near}?`
    : names.length > 0
      ? `open: ${names.join(', ')}`
      : `session start ${name}`;
  return new Refusal(`there is no open session ${name}`, hint);
}
