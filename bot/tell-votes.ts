import type { OutgoingMessage } from '../adapters/message.ts';
import type { Queryable } from '../db/client.ts';
import type { Event } from '../db/events.ts';
import { personById } from '../db/people.ts';
import { channelsOf } from '../db/sessions.ts';
import { findVote } from '../db/votes.ts';
import { settled, voteOutcome, voteQuestion } from './replies/day/votes.ts';

/**
 * Tells all channels of a session of a vote: the question in those where it was not asked, the outcome in each. Help channels
 * are told, too: newcomers vote like everybody.
 */
export async function tellOfVote(
  tx: Queryable,
  event: Event,
  say: (tx: Queryable, channel: string, message: OutgoingMessage) => Promise<unknown>,
): Promise<void> {
  const { sessionId, kind, channel: asked, personId, data } = event;
  if (sessionId === null) return;
  const vote = await findVote(tx, sessionId, Number(data.number));
  if (!vote || vote.dropped) return;
  const asker = personId === null ? null : await personById(tx, personId);
  const isOver = kind === 'vote.closed';
  const message = isOver ? voteOutcome(vote, settled(vote)) : voteQuestion(vote, asker?.name ?? 'somebody');
  for (const { channel } of await channelsOf(tx, sessionId)) {
    if (isOver || channel !== asked) await say(tx, channel, message);
  }
}
