import type { OutgoingMessage } from '../../adapters/message.ts';
import type { NamedApproval } from '../../db/approvals.ts';
import type { Proposal } from '../../engine/admission.ts';
import { formatDuration } from '../../engine/duration.ts';
import { type ApprovalDecision, explain } from '../../sessions/approvals.ts';
import type { Preview } from '../../sessions/preview.ts';
import type { Links } from '../links.ts';
import { askedAbout } from './asked-about.ts';
import { atMinute, beginningOf, count } from './words.ts';

export function approvalPreview({ kind, start, repeats }: Proposal, mask: (text: string) => string): Preview {
  const tasks = start?.tasks ?? [];
  const steps = new Map<string, { title: string; nodes: number; destructive: boolean }>();
  for (const { step, title, node, destructive } of tasks) {
    const known = steps.get(step) ?? { title: mask(title), nodes: 0, destructive: false };
    steps.set(step, {
      ...known,
      nodes: known.nodes + (node ? 1 : 0),
      destructive: known.destructive || destructive === true,
    });
  }
  const nodes = [...new Set(tasks.flatMap(({ node }) => (node ? [node.name] : [])))];
  return { kind, nodes, steps: [...steps.values()], ...(repeats && { repeats: mask(repeats.command) }) };
}

type Shown = Pick<
  NamedApproval,
  'id' | 'command' | 'environment' | 'asker' | 'why' | 'preview' | 'needed' | 'role' | 'expiresAt'
>;

const MOST_NODES = 8;
/** Titles that are told in the text; rows of the table below it. */
const MOST_TITLES = 6;
const MOST_ROWS = 100;
const LONGEST_COMMAND = 200;
const LONGEST_TITLE = 60;

/** Asks those who may agree, with what is going to happen; what is cut says so, and the link has all of it. */
export function approvalQuestion(
  approval: Shown,
  { agreed }: { readonly agreed: number; readonly said: number },
  now: Date,
  links: Links,
): OutgoingMessage {
  const { id, command, asker, why, needed, role, expiresAt } = approval;
  const preview = approval.preview as Preview;
  const { nodes, steps, repeats } = preview;
  const named = `${nodes.slice(0, MOST_NODES).join(', ')}${nodes.length > MOST_NODES ? ` and ${nodes.length - MOST_NODES} more` : ''}`;
  const left = formatDuration(expiresAt.getTime() - now.getTime());
  const who =
    needed === 1
      ? `one ${role} other than ${asker}`
      : `${needed} persons (${role} or more) other than ${asker}`;
  const would = `${count(steps.length, 'step')} on ${count(nodes.length, 'node')} (${named})${titlesOf(preview)}`;
  const goesOn =
    repeats === undefined ? '' : `, which goes on with "${beginningOf(repeats, LONGEST_COMMAND)}"`;
  const link = links.approval(id);
  const exact = [command, ...(repeats === undefined ? [] : [repeats])];
  const isCut = exact.some((line) => beginningOf(line, LONGEST_COMMAND) !== line);
  return {
    kind: 'question',
    mood: 'waiting',
    asks: askedAbout.approval(id),
    text: `Approval ${id}: ${asker} wants "${beginningOf(command, LONGEST_COMMAND)}"${goesOn}: ${would}; ${why}. It takes ${who}, ${agreed} so far, within ${left}. Say: approve ${id}, or: reject ${id}. All of it: ${link}`,
    blocks: [
      ...(isCut ? [{ type: 'code' as const, text: exact.join('\n\n') }] : []),
      {
        type: 'table',
        columns: ['step', 'nodes', ''],
        rows: [
          ...steps
            .slice(0, MOST_ROWS)
            .map(({ title, nodes: number, destructive }) => [
              beginningOf(title, LONGEST_COMMAND),
              String(number || '-'),
              destructive ? 'destructive' : '',
            ]),
          ...(steps.length > MOST_ROWS ? [[`… ${steps.length - MOST_ROWS} more: ${link}`, '', '']] : []),
        ],
      },
    ],
    blocksAre: 'background',
    buttons: [
      { label: 'Approve', command: `approve ${id}`, style: 'primary' },
      { label: 'Reject', command: `reject ${id}`, style: 'danger' },
    ],
    link,
  };
}

/** `: wipe the disk [destructive], install and 3 more`; what destroys something first. A command tells itself what it does. */
function titlesOf({ kind, repeats, steps }: Preview): string {
  if (steps.length === 0 || (kind === 'exec' && repeats === undefined)) return '';
  const ordered = [
    ...steps.filter(({ destructive }) => destructive),
    ...steps.filter(({ destructive }) => !destructive),
  ];
  const titles = ordered
    .slice(0, MOST_TITLES)
    .map(
      ({ title, destructive }) =>
        `${beginningOf(title, LONGEST_TITLE)}${destructive ? ' [destructive]' : ''}`,
    );
  const rest = ordered.slice(MOST_TITLES);
  const marked = rest.filter(({ destructive }) => destructive).length;
  const more =
    rest.length > 0 ? ` and ${rest.length} more${marked > 0 ? `, ${marked} of them destructive` : ''}` : '';
  return `: ${titles.join(', ')}${more}`;
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
    text: `Approval ${id}, "${beginningOf(command, 120)}": ${stand}. ${(decision.because.parts ?? []).map(({ text }) => text).join('; ')}`,
    blocks: [{ type: 'code', text: reasons.join('\n') }],
    blocksAre: 'background',
  };
}

/** `approve` alone. */
export function approvalList(
  rows: readonly { approval: NamedApproval; decision: ApprovalDecision }[],
  links: Links,
): OutgoingMessage {
  if (rows.length === 0) return { text: 'Nothing waits for approval.' };
  const lines = rows.map(
    ({ approval, decision }) =>
      `${approval.id}: ${approval.asker} wants "${beginningOf(approval.command, 120)}", ${decision.agreed} of ${approval.needed} (${approval.role} or more) agree, until ${atMinute(approval.expiresAt)}: ${links.approval(approval.id)}`,
  );
  return { text: `${lines.join('\n')}\nSay: approve ${rows[0]?.approval.id}` };
}
