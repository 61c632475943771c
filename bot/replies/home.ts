import type { HomeSection } from '../../adapters/adapter.ts';
import type { Button, OutgoingMessage } from '../../adapters/message.ts';
import type { NamedApproval } from '../../db/approvals.ts';
import type { Environment, Node } from '../../db/environments.ts';
import type { Lease } from '../../db/leases.ts';
import type { ApprovalDecision } from '../../sessions/approvals.ts';
import type { Links } from '../links.ts';
import { approvalQuestion } from './approvals.ts';
import { ordinal } from './leases.ts';
import { atMinute, beginningOf, count } from './words.ts';

/** Something that waits for the say of those who may answer, and how it stands. */
export interface WaitingApproval {
  readonly approval: NamedApproval;
  readonly decision: ApprovalDecision;
}

/** How one person stands to one environment. Times in ms since 1970. */
export type HomeLease =
  | {
      readonly how: 'holds';
      readonly environment: string;
      readonly until: number;
      readonly reason: string | null;
      readonly waiting: number;
    }
  | {
      readonly how: 'waits';
      readonly environment: string;
      readonly place: number;
      /** It is this person's turn until then; null: not yet. */
      readonly offeredUntil: number | null;
    }
  | { readonly how: 'offered'; readonly environment: string; readonly by: string; readonly until: number };

export interface HomeView {
  /** Those that the person may answer; `said`: has approved already. */
  readonly asked: readonly (WaitingApproval & { readonly said: boolean })[];
  /** Those that the person has asked for. */
  readonly mine: readonly WaitingApproval[];
  readonly leases: readonly HomeLease[];
  readonly environments: readonly {
    readonly environment: Environment;
    readonly nodes: readonly Node[];
    readonly lease: Lease | null;
    /** A check failed that names a step which mends it. */
    readonly mayBeRepaired: boolean;
  }[];
}

/** More are behind the link. */
const MOST_ENVIRONMENTS = 20;

/** What concerns one person, what waits for an answer first: approvals, leases, the environments and how they stand. */
export function homePage(
  { asked, mine, leases, environments }: HomeView,
  links: Links,
  now: Date,
): HomeSection[] {
  const approvals = [...asked.map((each) => askedOf(each, links, now)), ...mine.map(mineOf)];
  const held = leases.map(leaseOf);
  return [
    ...(approvals.length > 0 ? [{ title: 'Approvals', items: approvals }] : []),
    {
      title: 'Your leases',
      items: held.length > 0 ? held : [{ text: 'You hold no environment, and wait for none.' }],
    },
    { title: 'Environments', items: environmentsOf(environments, links) },
  ];
}

function askedOf(
  { approval, decision, said }: HomeView['asked'][number],
  links: Links,
  now: Date,
): OutgoingMessage {
  const question = approvalQuestion(approval, { agreed: decision.agreed, said: 0 }, now, links);
  if (!said) return { ...question, ...approvalButtons(approval.id, ['approve', 'reject']) };
  return {
    ...question,
    text: `${question.text}\nYou have approved it.`,
    ...approvalButtons(approval.id, ['reject']),
  };
}

/** With their numbers: several of them stand on one page. */
function approvalButtons(id: number, verbs: readonly ('approve' | 'reject')[]): { buttons: Button[] } {
  const labels = { approve: 'Approve', reject: 'Reject' };
  const buttons = verbs.map(
    (verb): Button => ({
      label: `${labels[verb]} ${id}`,
      command: `${verb} ${id}`,
      style: verb === 'approve' ? 'primary' : 'danger',
    }),
  );
  return { buttons };
}

function mineOf({ approval, decision }: WaitingApproval): OutgoingMessage {
  const { id, command, needed, expiresAt } = approval;
  const stand =
    decision.state === 'approved'
      ? 'is approved: say it again to begin'
      : `waits: ${decision.agreed} of ${needed} agree`;
  return {
    mood: 'waiting',
    text: `Approval ${id}, your "${beginningOf(command, 120)}", ${stand}, until ${atMinute(expiresAt)}`,
    buttons: [{ label: `Take ${id} back`, command: `reject ${id}`, style: 'danger' }],
  };
}

function leaseOf(lease: HomeLease): OutgoingMessage {
  const { environment } = lease;
  const button = (label: string, command: string, style: Button['style'] = 'plain'): Button => ({
    label: `${label} ${environment}`,
    command,
    style,
  });
  const clock = (ms: number) => atMinute(new Date(ms));
  const claim = `claim ${environment}`;
  switch (lease.how) {
    case 'holds': {
      const why = lease.reason ? ` (${lease.reason})` : '';
      const waiting = lease.waiting > 0 ? `; ${lease.waiting} in the queue` : '';
      return {
        text: `${environment}: yours${why} until ${clock(lease.until)}${waiting}`,
        buttons: [button('Extend', `extend ${environment}`), button('Release', `release ${environment}`)],
      };
    }
    case 'offered':
      return {
        mood: 'waiting',
        text: `${environment}: ${lease.by} offers it to you until ${clock(lease.until)}. Say: ${claim}`,
        buttons: [button('Take', claim, 'primary')],
      };
    case 'waits': {
      const leave = button('Wait no more for', `queue ${environment} leave`);
      if (lease.offeredUntil === null) {
        return { text: `${environment}: you are ${ordinal(lease.place)} in the queue`, buttons: [leave] };
      }
      return {
        mood: 'waiting',
        text: `${environment}: it is your turn until ${clock(lease.offeredUntil)}. Say: ${claim}`,
        buttons: [button('Claim', claim, 'primary'), leave],
      };
    }
  }
}

function environmentsOf(environments: HomeView['environments'], links: Links): OutgoingMessage[] {
  if (environments.length === 0) {
    return [{ text: 'There are none yet. Make one: provision demo from hello', link: links.home() }];
  }
  const more = environments.length - MOST_ENVIRONMENTS;
  const items = environments
    .slice(0, MOST_ENVIRONMENTS)
    .map(({ environment: { name, state, blueprint }, nodes, lease, mayBeRepaired }): OutgoingMessage => {
      const held = lease ? `, held by ${lease.holder} until ${atMinute(lease.expiresAt)}` : '';
      return {
        text: `${name}: ${state} (${blueprint}, ${count(nodes.length, 'node')})${held} ${links.environment(name)}`,
        buttons: [
          { label: `Status ${name}`, command: `status ${name}`, style: 'plain' },
          ...(mayBeRepaired
            ? [{ label: `Repair ${name}`, command: `repair ${name}`, style: 'primary' } as const]
            : []),
        ],
      };
    });
  return more > 0 ? [...items, { text: `… and ${more} more: ${links.home()}` }] : items;
}
