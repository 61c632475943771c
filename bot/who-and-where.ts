import type { IncomingMessage } from '../adapters/adapter.ts';
import type { Queryable } from '../db/client.ts';
import { appendEvent } from '../db/events.ts';
import { joinSession, observedSessions, participantOf } from '../db/participants.ts';
import { personOf } from '../db/people.ts';
import { type Session, sessionOfChannel, sessionsOfPerson } from '../db/sessions.ts';
import { roleForEnvironment, roleInChannel } from '../sessions/limits.ts';
import { type Role, roleOf } from '../sessions/roles.ts';
import type { Command, Verb } from './command/command.ts';
import { specOf } from './command/registry.ts';
import type { Sender, Services } from './handlers/handler.ts';

/** Who has said something, in which session, and what that person may be there. */
export async function whoAndWhere(
  services: Services,
  message: Pick<IncomingMessage, 'sender' | 'channel' | 'privately'>,
): Promise<{ sender: Sender; session: Session | null }> {
  const { database, admins, policy } = services;
  const { channel, privately } = message;
  const { identity, display, isUnsure = false } = message.sender;
  const person = identity === null ? null : await personOf(database.db, identity, display);
  const session = (await sessionOfChannel(database.db, channel)) ?? (await onlySession());
  const granted = person === null ? null : await grantedTo(database.db, session?.id ?? null, person.id);
  const { role, limit } = roleInChannel(roleOf(identity, admins, granted), channel, policy.limits);
  const limited = limit && `in this channel nobody is more than ${limit.atMost}`;
  return { sender: { identity, isUnsure, display, person, role, limited }, session };

  /** What is said in private is said in the session that the person takes part in, if there is no doubt. */
  async function onlySession(): Promise<Session | null> {
    if (privately !== channel || person === null) return null;
    const sessions = await sessionsOfPerson(database.db, person.id);
    return sessions.length === 1 ? (sessions[0] ?? null) : null;
  }
}

/**
 * The role that somebody was granted in a session. Outside of all sessions (`sessionId` null) nothing is granted; but whom an
 * open session has made an observer is one there, too: what the session keeps from them would be a direct message away.
 */
export async function grantedTo(
  db: Queryable,
  sessionId: number | null,
  personId: number,
): Promise<Role | null> {
  if (sessionId !== null) return (await participantOf(db, sessionId, personId))?.role ?? null;
  return (await observedSessions(db, personId)).length > 0 ? 'observer' : null;
}

/** The role that a command needs by the limits of the environment that it names. */
export function environmentNeeds(
  { policy }: Services,
  command: Command,
): { environment: string; role: Role } | null {
  if (!('environment' in command) || command.environment === null) return null;
  // Giving a place up keeps nothing from anybody.
  if (command.verb === 'queue' && command.leave) return null;
  const role = roleForEnvironment(command.environment, policy.limits);
  return role && { environment: command.environment, role };
}

/** Commands that are no sign of taking part. */
const STRANGERS: readonly Verb[] = ['join', 'leave', 'link', 'unlink'];

/** Whoever does something in a session takes part in it. */
export async function takePart(
  { database }: Services,
  channel: string,
  session: Session | null,
  { person }: Sender,
  verb: Verb,
): Promise<void> {
  if (!session || !person || specOf(verb).role === 'observer' || STRANGERS.includes(verb)) return;
  const participant = await participantOf(database.db, session.id, person.id);
  if (participant?.joinedAt != null && participant.leftAt === null) return;
  await database.db.transaction(async (tx) => {
    const { isNew } = await joinSession(tx, session.id, person.id);
    if (!isNew) return;
    await appendEvent(tx, {
      kind: 'session.joined',
      sessionId: session.id,
      personId: person.id,
      channel,
      data: { session: session.name, person: person.name, byWork: true },
    });
  });
}
