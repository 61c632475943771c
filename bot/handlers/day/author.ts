import type { Queryable } from '../../../db/client.ts';
import { secretsInUse } from '../../../db/environments.ts';
import { lockNumbers } from '../../../db/numbers.ts';
import { lastSessionOfChannel, type Session } from '../../../db/sessions.ts';
import { maskText } from '../../../engine/mask.ts';
import { Refusal } from '../../../engine/refusal.ts';
import { ROLES, type Role } from '../../../sessions/roles.ts';
import type { Verb } from '../../command/command.ts';
import type { Request, Services } from '../handler.ts';
import { noAccount } from '../no-account.ts';

/** Somebody who adds something to a session, with an account that the service vouches for. */
export interface Author {
  readonly session: Session;
  readonly personId: number;
  readonly name: string;
  readonly identity: string;
  readonly role: Role;
  readonly channel: string;
}

/** The session that a command is about. */
export function sessionOf({ session }: Pick<Request, 'session'>): Session {
  if (session) return session;
  throw new Refusal('there is no session in this channel', 'begin one: session start <name>');
}

/** The session to look back at: the one that goes on here, or the last one. */
export async function sessionToShow(
  { database }: Services,
  { session, channel }: Pick<Request, 'session' | 'channel'>,
): Promise<Session> {
  return sessionOf({ session: session ?? (await lastSessionOfChannel(database.db, channel)) });
}

/** Who writes; whoever the service does not vouch for, or may only watch, is told why not. */
export function authorOf(
  request: Pick<Request, 'session' | 'sender' | 'channel'> & { readonly command: { readonly verb: Verb } },
): Author {
  const session = sessionOf(request);
  const { person, identity, role } = request.sender;
  if (!person || identity === null) {
    throw noAccount(
      request.sender,
      `${request.command.verb} is written down under your name, and this service does not vouch for an account of yours`,
      'log in to your account here, then try again; without words it shows what there is',
    );
  }
  if (!isAtLeast(role, 'participant')) {
    throw new Refusal(
      `to add to the session needs the role participant; you are an ${role}`,
      'ask an operator or an admin',
    );
  }
  return { session, personId: person.id, name: person.name, identity, role, channel: request.channel };
}

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whoever made a thing may take it away, and so may operators. */
export function refuseOthers(author: Author, ownerIds: readonly (number | null)[], what: string): void {
  if (ownerIds.includes(author.personId) || isAtLeast(author.role, 'operator')) return;
  throw new Refusal(`${what} is somebody else's`, 'ask whoever made it, or an operator');
}

/**
 * So that nobody uses up what is everybody's by adding and dropping, again and again. Operators lead the day, and may. `ever`: how
 * many were theirs, with those that are over.
 */
export function refuseBeyond({ role }: Author, ever: number, most: number, what: string): void {
  if (ever < most || isAtLeast(role, 'operator')) return;
  throw new Refusal(
    `${most} ${what} of this session were yours, with those that are over`,
    'an operator may add more',
  );
}

/** People's text with what is secret in it masked: notes go into the report. */
export async function unsecret({ database }: Services, text: string): Promise<string> {
  return maskText(text, await secretsInUse(database.db));
}

/** Changes what is numbered in a session: one writer at a time, and none when the session is over. */
export function write<T>(
  { database }: Services,
  { session }: Author,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  return database.db.transaction(async (tx) => {
    if (await lockNumbers(tx, session.id)) return work(tx);
    throw new Refusal(`the session ${session.name} has ended`, 'its report stays: report');
  });
}
