import type { OutgoingMessage } from '../../adapters/message.ts';
import { appendEvent } from '../../db/events.ts';
import { stakes } from '../../db/leases.ts';
import { joinSession, participantsOf, setRole } from '../../db/participants.ts';
import {
  channelsOf,
  endSession,
  insertSession,
  laneOf,
  linkChannel,
  lockSessions,
  openSessionNamed,
  openSessions,
  sessionOfChannel,
  setVerbosity,
  verbosityOf,
} from '../../db/sessions.ts';
import { Refusal } from '../../engine/refusal.ts';
import { letGo } from '../../sessions/leave.ts';
import { atLeast } from '../../sessions/roles.ts';
import { allOf } from '../audit/deed.ts';
import { left, sessionList, sessionView } from '../replies/sessions.ts';
import type { Asking, Handler, Services } from './handler.ts';
import { personIn } from './in-session.ts';
import { needRole } from './need-role.ts';
import { board, link, unlink } from './session-channels.ts';

/** Sessions: begun, shown, ended. */

export const session: Handler<'session'> = async (services, request) => {
  const { act } = request.command;
  switch (act.do) {
    case 'show':
      return show(services, request);
    case 'start':
      return start(services, request, act.name);
    case 'link':
      return link(services, request, act.name, act.lane);
    case 'board':
      return board(services, request);
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
  // Environments are everybody's: a session of one's own must not make an operator of another one the admin who grants the roles
  // that agree to what is done with them. Who may start one without a granted role has that from the configuration.
  const role = atLeast(policy.mayStart, 'operator') ? sender.role : 'admin';
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
    await setRole(tx, opened.id, person.id, role);
    await appendEvent(tx, {
      kind: 'session.started',
      sessionId: opened.id,
      personId: person.id,
      channel,
      data: { session: name, person: sender.display, answeredIn: channel },
    });
    return {
      mood: 'good',
      text: `Session ${name} has begun, here and for operations; ${person.name} is ${role === 'admin' ? 'its admin' : `${role} in it`}. Next: join org=… site=… · in other channels of any service: session link ${name} [help]`,
    };
  });
}

async function end(services: Services, request: Asking): Promise<OutgoingMessage> {
  const { database, policy, now } = services;
  const { channel, sender } = request;
  const person = personIn(request);
  const here = request.session;
  if (!here) throw new Refusal('this channel is part of no session', 'session lists the open ones');
  needRole(request, here.startedBy === person.id ? 'operator' : 'admin', `ending ${here.name}`);
  return database.db.transaction(async (tx) => {
    await lockSessions(tx);
    const linked = await openSessionNamed(tx, here.name);
    if (linked?.id !== here.id)
      throw new Refusal(`the session ${here.name} has ended already`, 'its report stays: report');
    const channels = (await channelsOf(tx, here.id)).map((each) => each.channel);
    const gone = await letGo(tx, here.id, null, { now: now(), terms: policy.terms }, channel);
    request.touched.environment = allOf(gone.environments);
    await endSession(tx, here.id, person.id);
    // Everybody is told of the end; nobody has to be told of each thing that ends with it. Others are told what it means for them.
    for (const event of gone.events) {
      const endsToo = event.sessionId === here.id ? { ended: true } : {};
      await appendEvent(tx, { ...event, data: { ...event.data, ...endsToo } });
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

export const notify: Handler<'notify'> = async ({ database }, request) => {
  const { channel, sender, session: here, command } = request;
  const { verbosity } = command;
  const lane = await laneOf(database.db, channel);
  if (lane === 'help') {
    throw new Refusal(
      'this channel is for help: what is asked here is answered, and of all else it is told announcements, votes and the end',
      `session link ${here?.name} operations makes it one that is told more`,
    );
  }
  const later = lane === null ? '; it counts when the channel is part of a session' : '';
  if (verbosity === null) {
    const set = await verbosityOf(database.db, channel);
    return { text: `This channel is ${set}: ${MEANS[set]}${later}. Set it: notify quiet, normal or verbose` };
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
    return { text: `This channel is ${verbosity} now: ${MEANS[verbosity]}${later}` };
  });
};

/** What is told of what nobody asked for there, as bot/audience.ts and the weights of news have it. */
const MEANS = {
  quiet: 'how provisions, resets and destroys end, drift, and what needs an answer',
  normal: 'how changes and verifies end, and who has which environment',
  verbose: 'also what is begun, looked at and typed, who waits, who comes and goes',
} as const;
