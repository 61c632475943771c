import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Queryable } from '../../db/client.ts';
import { appendEvent } from '../../db/events.ts';
import { stakes } from '../../db/leases.ts';
import { joinSession, leaveSession, participantOf, participantsOf, setRole } from '../../db/participants.ts';
import {
  channelsOf,
  endSession,
  insertSession,
  laneOf,
  linkChannel,
  lockSessions,
  openSessionNamed,
  openSessions,
  type Session,
  sessionOfChannel,
  setVerbosity,
  unlinkChannel,
  verbosityOf,
} from '../../db/sessions.ts';
import { Refusal } from '../../engine/refusal.ts';
import { letGo } from '../../sessions/leave.ts';
import { atLeast, type Role, roleOf } from '../../sessions/roles.ts';
import { article } from '../command/names.ts';
import { nearest } from '../command/nearest.ts';
import { left, sessionList, sessionView, whoView } from '../replies/sessions.ts';
import type { Asking, Handler, Services } from './handler.ts';
import { needRole } from './need-role.ts';

/** Sessions, the channels of each, and who takes part. */

export const session: Handler<'session'> = async (services, request) => {
  const { act } = request.command;
  switch (act.do) {
    case 'show':
      return show(services, request);
    case 'start':
      return start(services, request, act.name);
    case 'link':
      return link(services, request, act.name, act.lane);
    case 'unlink':
      return unlink(services, request);
    case 'end':
      return end(services, request);
  }
};

async function show({ database }: Services, { session: here, channel }: Asking): Promise<OutgoingMessage> {
  if (!here) return sessionList(await openSessions(database.db));
  return sessionView(here, {
    channels: await channelsOf(database.db, here.id),
    participants: await participantsOf(database.db, here.id),
    stakes: (await stakes(database.db)).filter(({ sessionId }) => sessionId === here.id),
    here: channel,
  });
}

async function start(services: Services, request: Asking, name: string): Promise<OutgoingMessage> {
  const { database, policy } = services;
  const { sender, channel } = request;
  needRole(request, policy.mayStart, 'starting a session');
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    await lockSessions(tx);
    const linked = await sessionOfChannel(tx, channel);
    if (linked) {
      throw new Refusal(
        `this channel is part of the session ${linked.name}`,
        'session end ends it; session unlink parts from it',
      );
    }
    if (await openSessionNamed(tx, name)) {
      throw new Refusal(
        `there is an open session ${name} already`,
        `session link ${name} makes this channel part of it`,
      );
    }
    const opened = await insertSession(tx, name, person.id);
    await linkChannel(tx, { sessionId: opened.id, channel, lane: 'operations', linkedBy: person.id });
    await joinSession(tx, opened.id, person.id);
    await setRole(tx, opened.id, person.id, 'admin');
    await appendEvent(tx, {
      kind: 'session.started',
      sessionId: opened.id,
      personId: person.id,
      channel,
      data: { session: name, person: sender.display, answeredIn: channel },
    });
    return {
      mood: 'good',
      text: `Session ${name} has begun, here and for operations; ${person.name} is its admin. Next: join org=… site=… · in other channels of any service: session link ${name} [help]`,
    };
  });
}

async function link(
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
        ? 'questions are answered here, and the noise of the work is not told'
        : 'what happens in the session is told here, too (notify quiet, normal or verbose)';
    return { mood: 'good', text: `This channel is part of the session ${name} now: ${told}.` };
  });
}

async function unlink(services: Services, request: Asking): Promise<OutgoingMessage> {
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

async function end(services: Services, request: Asking): Promise<OutgoingMessage> {
  const { database, policy, now } = services;
  const { channel, sender } = request;
  const person = personIn(request);
  const here = request.session;
  if (!here) throw new Refusal('this channel is part of no session', 'session lists the open ones');
  needRole(request, 'admin', `ending ${here.name}`);
  return database.db.transaction(async (tx) => {
    await lockSessions(tx);
    const linked = await openSessionNamed(tx, here.name);
    if (linked?.id !== here.id) throw new Refusal(`the session ${here.name} has ended already`);
    const channels = (await channelsOf(tx, here.id)).map((each) => each.channel);
    const gone = await letGo(tx, here.id, null, { now: now(), terms: policy.terms }, channel);
    await endSession(tx, here.id, person.id);
    // Everybody is told of the end; nobody has to be told of each thing that ends with it.
    for (const event of gone.events) {
      await appendEvent(tx, { ...event, data: { ...event.data, ended: true } });
    }
    await appendEvent(tx, {
      kind: 'session.ended',
      sessionId: here.id,
      personId: person.id,
      channel,
      data: { session: here.name, person: sender.display, channels, answeredIn: channel },
    });
    return { text: `Session ${here.name} has ended${left(gone)}. Its report: report` };
  });
}

export const join: Handler<'join'> = async ({ database }, request) => {
  const { command, channel, sender } = request;
  const here = sessionIn(request);
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    const { isNew, participant } = await joinSession(tx, here.id, person.id, command);
    const { organisation, site } = participant;
    await appendEvent(tx, {
      kind: 'session.joined',
      sessionId: here.id,
      personId: person.id,
      channel,
      data: { session: here.name, person: sender.display, organisation, site, isNew, answeredIn: channel },
    });
    const of = organisation ? ` of ${organisation}` : '';
    const at = site ? ` at ${site}` : '';
    const missing = organisation && site ? '' : `. Where are you from? join org=… site=…`;
    return { text: `${person.name}${of}${at} takes part in ${here.name}${missing}` };
  });
};

export const leave: Handler<'leave'> = async ({ database, policy, now }, request) => {
  const { channel } = request;
  const here = sessionIn(request);
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    const gone = await letGo(tx, here.id, person.id, { now: now(), terms: policy.terms }, channel);
    const wasThere = await leaveSession(tx, here.id, person.id);
    for (const event of gone.events) await appendEvent(tx, event);
    if (!wasThere && gone.events.length === 0) {
      throw new Refusal(`you take no part in ${here.name}`, 'join');
    }
    await appendEvent(tx, {
      kind: 'session.left',
      sessionId: here.id,
      personId: person.id,
      channel,
      data: { session: here.name, person: person.name, answeredIn: channel },
    });
    return { text: `${person.name} has left ${here.name}${left(gone)}` };
  });
};

export const who: Handler<'who'> = async ({ database }, request) => {
  const here = sessionIn(request);
  return whoView(here, await participantsOf(database.db, here.id), await stakes(database.db));
};

export const notify: Handler<'notify'> = async ({ database }, request) => {
  const { channel, sender, session: here, command } = request;
  const { verbosity } = command;
  if (verbosity === null) {
    return {
      text: `This channel is ${await verbosityOf(database.db, channel)}. Set it: notify quiet, normal or verbose`,
    };
  }
  return database.db.transaction(async (tx) => {
    await setVerbosity(tx, channel, verbosity);
    await appendEvent(tx, {
      kind: 'channel.notify',
      sessionId: here?.id ?? null,
      personId: sender.person?.id,
      channel,
      data: { verbosity, person: sender.display },
    });
    const means = {
      quiet: 'outcomes, and what needs an answer',
      normal: 'outcomes, and who has which environment',
      verbose: 'all of it, also what is begun',
    }[verbosity];
    return { text: `This channel is ${verbosity} now: ${means}` };
  });
};

function sessionIn({ session: here }: Asking): Session {
  if (here) return here;
  throw new Refusal(
    'this channel is part of no session',
    'session lists the open ones; session start <name> begins one',
  );
}

function personIn({ sender }: Asking) {
  if (sender.person) return sender.person;
  throw new Refusal('only people with an account can do that', 'log in to your account here');
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
