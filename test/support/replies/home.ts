import type { HomeSection } from '../../../adapters/adapter.ts';
import type { Links } from '../../../bot/links.ts';
import { homePage, type WaitingApproval } from '../../../bot/replies/home.ts';
import type { NamedApproval } from '../../../db/approvals.ts';
import { decideApproval, type Say } from '../../../sessions/approvals.ts';
import { approvalRow, DAY } from './day.ts';
import { after, environmentRow, nodeRow } from './rows.ts';

const NODES = ['controller', 'compute-1', 'compute-2'].map((name, at) => nodeRow(name, at + 1));
const CAROL: Say = { person: 3, name: 'carol', role: 'operator', verdict: 'approve' };

function waiting(approval: NamedApproval, said: readonly Say[] = []): WaitingApproval {
  const { needed, role, personId: asker, expiresAt } = approval;
  const times = { expiresAt: expiresAt.getTime(), now: DAY.now.getTime() };
  return { approval, decision: decideApproval({ needed, role, asker, said, sameAs: new Map(), ...times }) };
}

/** What concerns bob in the middle of a day: he may answer, asks himself, holds one environment and waits for another. */
export function homeOfBob(links: Links): HomeSection[] {
  const bobs = approvalRow({
    id: 8,
    asker: 'bob',
    personId: 2,
    command: 'reset zed',
    environment: 'zed',
    needed: 2,
  });
  return homePage(
    {
      asked: [{ ...waiting(approvalRow()), said: false }],
      mine: [waiting(bobs, [CAROL])],
      leases: [
        {
          how: 'holds',
          environment: 'ex',
          until: after(28_800).getTime(),
          reason: 'upgrading Glance',
          waiting: 1,
        },
        { how: 'waits', environment: 'demo', place: 2, offeredUntil: null },
      ],
      environments: [
        {
          environment: environmentRow({ name: 'demo', blueprint: 'hello' }),
          nodes: NODES.slice(0, 1),
          lease: null,
          mayBeRepaired: false,
        },
        {
          environment: environmentRow(),
          nodes: NODES,
          lease: { personId: 2, holder: 'bob', reason: 'upgrading Glance', expiresAt: after(28_800) },
          mayBeRepaired: false,
        },
        {
          environment: environmentRow({ name: 'zed', state: 'failed' }),
          nodes: NODES,
          lease: null,
          mayBeRepaired: true,
        },
      ],
    },
    links,
    DAY.now,
  );
}
