import type { OutgoingMessage } from '../../../adapters/message.ts';
import type { VoteRow, VoteView } from '../../../db/votes.ts';
import { formatDuration } from '../../../engine/duration.ts';
import { inWords, letterOf, type Tally } from '../../../sessions/votes.ts';
import { atSecond } from '../words.ts';

type Question = Pick<VoteRow, 'number' | 'question' | 'options' | 'closesAt'>;

/** Asks everybody; also in the session's other channels. */
export function voteQuestion(vote: Question, askedBy: string): OutgoingMessage {
  const options = optionsOf(vote);
  return {
    kind: 'question',
    text: `Vote ${vote.number}, asked by ${askedBy}: ${vote.question} — ${options}. Say: vote ${vote.number} ${letters(vote)}; open until ${atSecond(vote.closesAt)}, changeable until then`,
    buttons: vote.options.map((option, at) => ({
      label: option,
      command: `vote ${vote.number} ${letterOf(at)}`,
      style: 'plain' as const,
    })),
  };
}

/** Names the option only: what others have said so far stays open until the deadline. */
export function castAnswer(
  vote: Question,
  option: number,
  earlier: number | null,
  who: string,
): OutgoingMessage {
  const text = vote.options[option] ?? '';
  const changed = earlier !== null && earlier !== option ? `, no longer ${vote.options[earlier]}` : '';
  return {
    text: `Vote ${vote.number}: ${who} says ${text}${changed}; open until ${atSecond(vote.closesAt)}`,
  };
}

export function voteList(votes: readonly VoteView[]): OutgoingMessage {
  if (votes.length === 0)
    return { text: 'No vote is open. Ask one: vote <question> | <option> | <option> until 15m' };
  return {
    text: votes.map((vote) => openLine(vote)).join('\n'),
  };
}

function openLine(vote: Question): string {
  return `Vote ${vote.number}: ${vote.question} — ${optionsOf(vote)}; open until ${atSecond(vote.closesAt)}`;
}

export function voteState(vote: VoteRow, now: Tally): OutgoingMessage {
  if (vote.dropped) return { text: `Vote ${vote.number} ${vote.question}: dropped, without an outcome` };
  if (vote.closedAt !== null) return voteOutcome(vote, { ...now, ...settled(vote) });
  const left = formatDuration(Math.max(0, vote.closesAt.getTime() - Date.now()));
  return { text: `${openLine(vote)}, another ${left}; ${people(now.voters)} voted so far` };
}

/** The one post that tells how a vote ended. */
export function voteOutcome(
  vote: Pick<VoteRow, 'number' | 'question' | 'options'>,
  counted: Tally,
): OutgoingMessage {
  const head = `Vote ${vote.number} is over: ${vote.question} — `;
  if (counted.voters === 0) return { kind: 'outcome', text: `${head}nobody voted` };
  const winners = counted.winners.map((at) => vote.options[at] ?? '');
  const result = winners.length === 1 ? winners[0] : `level: ${winners.join(' and ')}`;
  return {
    kind: 'outcome',
    text: `${head}${result} (${inWords(vote.options, counted)}; ${people(counted.voters)} voted)`,
  };
}

/** As it was counted when it was closed. */
export function settled({ options, counts }: Pick<VoteRow, 'options' | 'counts'>): Tally {
  const each = options.map((_, at) => counts?.[at] ?? 0);
  const most = Math.max(0, ...each);
  return {
    counts: each,
    voters: each.reduce((sum, one) => sum + one, 0),
    winners: most === 0 ? [] : each.flatMap((one, at) => (one === most ? [at] : [])),
  };
}

function optionsOf({ options }: Question): string {
  return options.map((option, at) => `${letterOf(at)} ${option}`).join(' · ');
}

function people(number: number): string {
  return number === 1 ? '1 person' : `${number} people`;
}

function letters({ options }: Question): string {
  const names = options.map((_, at) => letterOf(at));
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
