import type { Queryable } from '../db/client.ts';
import { lockEnvironment } from '../db/environments.ts';
import type { NewEvent } from '../db/events.ts';
import { stakes } from '../db/leases.ts';
import {
  type LinkCode,
  noteWrongAttempt,
  putLinkCode,
  useLinkCode,
  wrongAttempts,
} from '../db/link-codes.ts';
import { grantedRoles, mergeReferences } from '../db/merge-people.ts';
import { currentPerson, lockPeople, moveIdentities, type Person, personById } from '../db/people.ts';
import { type Clocked, changeLease } from './leases/desk.ts';
import { renamed } from './leases/rules.ts';
import { advance } from './leases/time.ts';
import { CODE_MS, hashOfCode, MOST_WRONG, newLinkCode, WRONG_WITHIN_MS } from './link-code.ts';

/** A verified account, and whose it is. */
export interface Account {
  readonly identity: string;
  readonly person: Person;
  /** Where it speaks. */
  readonly channel: string;
}

/** Makes a code that joins whoever types it to this account's person; it replaces the account's older ones. */
export async function offerLink(
  tx: Queryable,
  { identity, person, channel }: Account,
  now: Date,
): Promise<string> {
  const code = newLinkCode();
  await putLinkCode(tx, {
    hash: hashOfCode(code),
    personId: person.id,
    identity,
    channel,
    createdAt: now,
    expiresAt: new Date(now.getTime() + CODE_MS),
  });
  return code;
}

export type Linking =
  | {
      readonly linked: true;
      /** Who both are now, and whose code it was. */
      readonly person: Person;
      readonly code: LinkCode;
      /** Roles that the account's former person had and that did not come along. */
      readonly lost: readonly string[];
      readonly events: readonly NewEvent[];
    }
  | { readonly linked: false; readonly why: 'wrong' | 'own' | 'same' | 'too-many'; readonly left: number };

/**
 * Joins an account's person to the one that a code was made for. The code is used up by the first who types it; typing wrong
 * ones is bounded. Leases, places in queues and what was said to approvals become those of one person.
 */
export async function useLink(
  tx: Queryable,
  account: Account,
  typed: string,
  clocked: Clocked,
): Promise<Linking> {
  await lockPeople(tx);
  const { now } = clocked;
  const { identity } = account;
  const since = new Date(now.getTime() - WRONG_WITHIN_MS);
  const wrong = await wrongAttempts(tx, identity, since);
  if (wrong >= MOST_WRONG) return { linked: false, why: 'too-many', left: 0 };
  const code = await useLinkCode(tx, hashOfCode(typed), identity, now);
  if (!code) {
    await noteWrongAttempt(tx, identity, since, now);
    return { linked: false, why: 'wrong', left: MOST_WRONG - wrong - 1 };
  }
  // Whoever somebody was when the message came in, it may be another person by now.
  const person = await personById(tx, code.personId);
  if (!person) throw new Error(`person ${code.personId} of a link code is not in the database`);
  const from = await currentPerson(tx, account.person.id);
  if (from === person.id) {
    return { linked: false, why: code.identity === identity ? 'own' : 'same', left: MOST_WRONG - wrong };
  }
  const lost = await grantedRoles(tx, from);
  const events = await mergePersons(tx, from, person.id, clocked);
  return { linked: true, person, code, lost, events };
}

async function mergePersons(tx: Queryable, from: number, to: number, clocked: Clocked): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  const touched = new Map(
    (await stakes(tx, from)).map(({ environmentId, environment }) => [environment, environmentId]),
  );
  for (const [name, id] of [...touched].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await lockEnvironment(tx, name);
    const changed = await changeLease(tx, { id, name }, clocked, (state, moment) =>
      advance(renamed(state, from, to), moment),
    );
    events.push(...changed.events);
  }
  await mergeReferences(tx, from, to);
  await moveIdentities(tx, from, to);
  return events;
}
