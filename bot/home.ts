import type { HomeSection } from '../adapters/adapter.ts';
import { decisionsOf, type NamedApproval, pendingApprovals } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { listEnvironments, nodesOf } from '../db/environments.ts';
import { leaseOf, type Stake, stakes } from '../db/leases.ts';
import { namesOf, type Person, personOfIdentity } from '../db/people.ts';
import { mayBeRepaired } from '../engine/to-repair.ts';
import { leaseStateOf } from '../sessions/leases/desk.ts';
import { roleInChannel } from '../sessions/limits.ts';
import { atLeast } from '../sessions/roles.ts';
import { decisionOn, roleInSession } from './decision-on.ts';
import type { Services } from './handlers/handler.ts';
import { type HomeLease, type HomeView, homePage } from './replies/home.ts';

/** What concerns one account now, as a page of its own. */
export async function homeOf(services: Services, identity: string): Promise<HomeSection[]> {
  const { db } = services.database;
  const now = services.now();
  const person = await personOfIdentity(db, identity);
  const environments = (await listEnvironments(db)).map(async (environment) => ({
    environment,
    nodes: await nodesOf(db, environment.id),
    lease: await leaseOf(db, environment.id),
    mayBeRepaired: await mayBeRepaired(db, environment),
  }));
  const view: HomeView = {
    ...(await approvalsFor(services, identity, person, now)),
    leases: person ? await leasesOf(db, person.id) : [],
    environments: await Promise.all(environments),
  };
  return homePage(view, services.links, now);
}

/** Those that the person may answer, and those that the person has asked for. */
async function approvalsFor(
  services: Services,
  identity: string,
  person: Person | null,
  now: Date,
): Promise<Pick<HomeView, 'asked' | 'mine'>> {
  const { db } = services.database;
  const pending = (await pendingApprovals(db)).filter(({ expiresAt }) => expiresAt > now);
  const asked: HomeView['asked'][number][] = [];
  const mine: HomeView['mine'][number][] = [];
  for (const approval of pending) {
    const isMine = approval.personId === person?.id;
    const isOpen = approval.state === 'open';
    if (!isMine && !(isOpen && (await mayAnswer(services, approval, identity, person)))) continue;
    const decision = await decisionOn(db, services, approval, now);
    if (isMine) mine.push({ approval, decision });
    else {
      const decisions = await decisionsOf(db, approval.id);
      const said = decisions.some(
        ({ personId, verdict }) => personId === person?.id && verdict === 'approve',
      );
      asked.push({ approval, decision, said });
    }
  }
  return { asked, mine };
}

/** As `approve` decides it when it is said in private, where the page's buttons say it. */
async function mayAnswer(
  { database, admins, policy }: Services,
  approval: NamedApproval,
  identity: string,
  person: Person | null,
): Promise<boolean> {
  // Who has never said anything yet is nobody's participant, and may be an admin all the same.
  const role = await roleInSession(database.db, approval, person?.id ?? -1, identity, admins);
  return atLeast(roleInChannel(role, identity, policy.limits).role, approval.role);
}

async function leasesOf(db: Queryable, person: number): Promise<HomeLease[]> {
  const mine = await stakes(db, person);
  return (await Promise.all(mine.map((stake) => leaseFrom(db, stake)))).flat();
}

/** None where it has changed since. */
async function leaseFrom(
  db: Queryable,
  { environment, environmentId, personId, how }: Stake,
): Promise<HomeLease[]> {
  const { holding, handoff, queue } = await leaseStateOf(db, environmentId);
  if (how === 'holds') {
    if (holding?.person !== personId) return [];
    const { until, reason } = holding;
    return [{ how, environment, until, reason, waiting: queue.length }];
  }
  if (how === 'offered') {
    if (!holding || handoff?.to !== personId) return [];
    const by = (await namesOf(db, [holding.person])).get(holding.person) ?? 'somebody';
    return [{ how, environment, by, until: handoff.until }];
  }
  const at = queue.findIndex((each) => each.person === personId);
  const waiting = queue[at];
  return waiting ? [{ how, environment, place: at + 1, offeredUntil: waiting.offeredUntil }] : [];
}
