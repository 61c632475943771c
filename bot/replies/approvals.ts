import type { OutgoingMessage } from '../../adapters/message.ts';
import type { NamedApproval } from '../../db/approvals.ts';
import type { Proposal } from '../../engine/admission.ts';
import { formatDuration } from '../../engine/duration.ts';
import { type ApprovalDecision, explain } from '../../sessions/approvals.ts';
import { askedAbout } from './asked-about.ts';
import { atMinute, count, short } from './words.ts';

/** What is going to happen, as people are shown it; kept with the approval. */
export interface Preview {
  readonly kind: string;
  readonly nodes: readonly string[];
  readonly steps: readonly {
    readonly title: string;
    readonly nodes: number;
    readonly destructive: boolean;
  }[];
}

export function approvalPreview({ kind, start }: Proposal, mask: (text: string) => string): Preview {
  const tasks = start?.tasks ?? [];
  const steps = new Map<string, { title: string; nodes: number; destructive: boolean }>();
  for (const { step, title, node, destructive } of tasks) {
    const known = steps.get(step) ?? { title: short(mask(title), 200), nodes: 0, destructive: false };
    steps.set(step, {
      ...known,
      nodes: known.nodes + (node ? 1 : 0),
      destructive: known.destructive || destructive === true,
    });
  }
  const nodes = [...new Set(tasks.flatMap(({ node }) => (node ? [node.name] : [])))];
  return { kind, nodes, steps: [...steps.values()] };
}

type Shown = Pick<
  NamedApproval,
  'id' | 'command' | 'environment' | 'asker' | 'why' | 'preview' | 'needed' | 'role' | 'expiresAt'
>;

const MOST_NODES = 8;
const MOST_STEPS = 20;

/** Asks those who may agree, with what is going to happen. */
export function approvalQuestion(
  approval: Shown,
  { agreed }: { readonly agreed: number; readonly said: number },
  now: Date,
): OutgoingMessage {
  const { id, command, asker, why, needed, role, expiresAt } = approval;
  const preview = approval.preview as Preview;
  const { nodes, steps } = preview;
  const named = `${nodes.slice(0, MOST_NODES).join(', ')}${nodes.length > MOST_NODES ? ' …' : ''}`;
  const left = formatDuration(expiresAt.getTime() - now.getTime());
  const who =
    needed === 1
      ? `one ${role} other than ${asker}`
      : `${needed} persons (${role} or more) other than ${asker}`;
  const would = `${count(steps.length, 'step')} on ${count(nodes.length, 'node')} (${named})`;
  return {
    kind: 'question',
    mood: 'waiting',
    asks: askedAbout.approval(id),
    text: `Approval ${id}: ${asker} wants "${short(command, 200)}": ${would}; ${why}. It takes ${who}, ${agreed} so far, within ${left}. Say: approve ${id}, or: reject ${id}`,
    blocks: [
      {
        type: 'table',
        columns: ['step', 'nodes', ''],
        rows: steps
          .slice(0, MOST_STEPS)
          .map(({ title, nodes: number, destructive }) => [
            title,
            String(number || '-'),
            destructive ? 'destructive' : '',
          ]),
      },
    ],
    blocksAre: 'background',
    buttons: [
      { label: 'Approve', command: `approve ${id}`, style: 'primary' },
      { label: 'Reject', command: `reject ${id}`, style: 'danger' },
    ],
  };
}

/** How it stands after somebody's say, with the reasons. */
export function approvalStand(approval: Shown, decision: ApprovalDecision): OutgoingMessage {
  const { id, command, needed } = approval;
  const reasons = explain(decision.because);
  const stand = {
    open: `${decision.agreed} of ${needed} agree`,
    approved: 'approved',
    rejected: 'rejected: it will not happen',
    expired: 'nobody may approve it any more, its time is over',
  }[decision.state];
  return {
    text: `Approval ${id}, "${short(command, 120)}": ${stand}. ${(decision.because.parts ?? []).map(({ text }) => text).join('; ')}`,
    blocks: [{ type: 'code', text: reasons.join('\n') }],
    blocksAre: 'background',
  };
}

/** `approve` alone. */
export function approvalList(
  rows: readonly { approval: NamedApproval; decision: ApprovalDecision }[],
): OutgoingMessage {
  if (rows.length === 0) return { text: 'Nothing waits for approval.' };
  const lines = rows.map(
    ({ approval, decision }) =>
      `${approval.id}: ${approval.asker} wants "${short(approval.command, 120)}", ${decision.agreed} of ${approval.needed} (${approval.role} or more) agree, until ${atMinute(approval.expiresAt)}`,
  );
  return { text: `${lines.join('\n')}\nSay: approve ${rows[0]?.approval.id}` };
}
