import type { OutgoingMessage } from '../../adapters/message.ts';
import type { NamedApproval } from '../../db/approvals.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { EnvironmentStanding } from '../../db/standing.ts';
import type { VoteView } from '../../db/votes.ts';
import { progress } from './board.ts';
import { DOING } from './started.ts';
import { atMinute, beginningOf, count, short } from './words.ts';

/** How a session stands. Nothing in it changes by the passing of time alone, so that a board which says it stays calm. */
export interface SessionStanding {
  readonly name: string;
  readonly link: string;
  readonly environments: readonly (EnvironmentStanding & {
    readonly run: { readonly run: Run; readonly tasks: readonly TaskRow[] } | null;
  })[];
  /** How many more environments there are, which the session has nothing to do with. */
  readonly others: number;
  readonly approvals: readonly { readonly approval: NamedApproval; readonly agreed: number }[];
  readonly votes: readonly VoteView[];
}

/** More would not be read at a glance; all of it is behind the link. */
const MOST_ENVIRONMENTS = 12;
const MOST_OTHERS = 5;
const MOST_WAITING = 3;

/** Environments, holders, queues, runs, approvals and votes in one message. */
export function sessionBoard(standing: SessionStanding): OutgoingMessage {
  const { name, environments, others, approvals, votes, link } = standing;
  const held = environments.filter(({ holder }) => holder !== null).length;
  const going = environments.filter(({ run }) => run !== null).length;
  const summary = [
    `${held} of ${count(environments.length, 'environment')} held`,
    ...(others > 0 ? [`${others} more not used in it`] : []),
    ...(going > 0 ? [`${count(going, 'run')} going on`] : []),
    ...(approvals.length > 0 ? [`${count(approvals.length, 'approval')} open`] : []),
    ...(votes.length > 0 ? [`${count(votes.length, 'vote')} open`] : []),
  ];
  const shown = environments.slice(0, MOST_ENVIRONMENTS);
  const more = environments.length - shown.length;
  const asked = [
    ...approvals.slice(0, MOST_OTHERS).map(approvalLine),
    ...votes.slice(0, MOST_OTHERS).map(voteLine),
  ];
  const lines = shown.map((each) => {
    const waiting = waitingFor(each);
    return [`${each.name}: ${stateOf(each)}`, holderOf(each), waiting && `next: ${waiting}`]
      .filter(Boolean)
      .join(' · ');
  });
  const head = `${name}: ${summary.join(', ')}. ${link}`;
  return {
    kind: 'board',
    text: [head, ...lines, ...(more > 0 ? [`… and ${more} more`] : []), ...asked].join('\n'),
    blocks: [
      { type: 'text', text: head },
      {
        type: 'table',
        columns: ['env', 'state', 'held by', 'until (UTC)', 'next'],
        rows: shown.map(rowOf),
      },
      ...(asked.length > 0 ? [{ type: 'text' as const, text: asked.join('\n') }] : []),
    ],
    blocksAre: 'restated',
    link,
  };
}

/** What stays where a board stood that is kept up to date no more. */
export function sessionBoardOver(
  name: string,
  why: 'ended' | 'moved' | 'unlinked',
  link: string,
): OutgoingMessage {
  const told = {
    ended: `${name} has ended; this board says no more. Its report: ${link}`,
    moved: `${name}: a newer board stands below. ${link}`,
    unlinked: `${name}: this channel is no part of it any more. ${link}`,
  }[why];
  return { kind: 'board', text: told, link };
}

/** As in its line, and on one line in a window of usual width. Nobody turns a time in a table into the reader's. */
function rowOf(each: SessionStanding['environments'][number]): string[] {
  const { holder } = each;
  const until = holder ? holder.until.toISOString().slice(5, 16).replace('T', ' ') : '';
  return [each.name, stateOf(each), holder ? heldBy(holder) : 'free', until, waitingFor(each)];
}

/** `provisioning 6/9`: what it does just now is on its own board. */
function stateOf({ state, run }: SessionStanding['environments'][number]): string {
  if (!run) return state;
  return `${DOING[run.run.kind]} ${progress(run.tasks).replace(/^(\d+) of (\d+).*/s, '$1/$2')}`;
}

function holderOf({ holder }: EnvironmentStanding): string {
  return holder ? `${heldBy(holder)} until ${atMinute(holder.until)}` : 'free';
}

function heldBy({ name, reason }: NonNullable<EnvironmentStanding['holder']>): string {
  return reason ? `${name} (${short(reason, 40)})` : name;
}

function waitingFor({ waiting }: EnvironmentStanding): string {
  const more = waiting.length > MOST_WAITING ? ` and ${waiting.length - MOST_WAITING} more` : '';
  return `${waiting.slice(0, MOST_WAITING).join(', ')}${more}`;
}

function approvalLine({ approval, agreed }: SessionStanding['approvals'][number]): string {
  const { id, asker, command, needed, expiresAt } = approval;
  return `approve ${id}: ${asker} wants "${beginningOf(command, 80)}", ${agreed} of ${needed} agree, until ${atMinute(expiresAt)}`;
}

function voteLine({ number, question, options, closesAt }: VoteView): string {
  return `vote ${number}: ${short(question, 100)} (${options.map((option) => short(option, 30)).join(', ')}), until ${atMinute(closesAt)}`;
}
