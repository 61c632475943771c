import type { Queryable } from '../db/client.ts';
import { appendEvent } from '../db/events.ts';
import { closeVote, lockDueVotes, type VoteRow } from '../db/votes.ts';
import { inWords } from '../sessions/votes.ts';
import { countVotes } from './vote-count.ts';

const AT_ONCE = 20;

/**
 * Closes the votes whose deadline has passed, each once whoever looks: the vote, its count and the event that tells of it
 * commit together. Returns how many there were.
 */
export async function closeDueVotes(tx: Queryable): Promise<number> {
  const due = await lockDueVotes(tx, AT_ONCE);
  const counted = [];
  for (const vote of due) counted.push({ vote, counts: await close(tx, vote) });
  // Appending serialises writers: last.
  for (const { vote, counts } of counted) {
    const { id, sessionId, number, question, options } = vote;
    const outcome = counts.voters === 0 ? 'nobody voted' : inWords(options, counts);
    const data = { vote: id, number, question, outcome };
    await appendEvent(tx, { kind: 'vote.closed', sessionId, data });
  }
  return due.length;
}

async function close(tx: Queryable, vote: VoteRow) {
  const counted = await countVotes(tx, vote);
  await closeVote(tx, vote.id, { counts: [...counted.counts] });
  return counted;
}
