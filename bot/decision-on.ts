import { type Approval, decisionsOf } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { splitsSince } from '../db/people.ts';
import { type ApprovalDecision, decideApproval, type Say } from '../sessions/approvals.ts';
import { type Role, roleOf } from '../sessions/roles.ts';
import type { Services } from './handlers/handler.ts';
import { grantedTo } from './who-and-where.ts';

/** The decision on an approval as things are now: who has said what, and who they are by now. */
export async function decisionOn(
  tx: Queryable,
  { admins }: Pick<Services, 'admins'>,
  approval: Approval,
  now: Date,
): Promise<ApprovalDecision> {
  const decisions = await decisionsOf(tx, approval.id);
  const said: Say[] = [];
  for (const { personId, name, identity, verdict } of decisions) {
    said.push({
      person: personId,
      name,
      verdict,
      role: await roleInSession(tx, approval, personId, identity, admins),
    });
  }
  return decideApproval({
    needed: approval.needed,
    role: approval.role,
    asker: approval.personId,
    said,
    sameAs: await onceTheSame(tx, approval.askedAt),
    expiresAt: approval.expiresAt.getTime(),
    now: now.getTime(),
  });
}

/** What somebody is in the session in which it was asked for. */
export async function roleInSession(
  tx: Queryable,
  { sessionId }: Pick<Approval, 'sessionId'>,
  personId: number,
  identity: string,
  admins: ReadonlySet<string>,
): Promise<Role> {
  return roleOf(identity, admins, await grantedTo(tx, sessionId, personId));
}

/** Who was a part of whom since then: unlinking an account does not make two voices of one. */
async function onceTheSame(tx: Queryable, since: Date): Promise<Map<number, number>> {
  const splits = await splitsSince(tx, since);
  const root = (person: number): number => {
    const from = splits.get(person);
    return from === undefined || from === person ? person : root(from);
  };
  return new Map([...splits.keys()].map((person) => [person, root(person)]));
}
