import type { OutgoingMessage } from '../adapters/message.ts';
import type { Queryable } from '../db/client.ts';
import type { Event } from '../db/events.ts';
import { personById } from '../db/people.ts';
import { channelsAtEnd, channelsOf } from '../db/sessions.ts';
import { findVote } from '../db/votes.ts';
import { settled, voteOutcome, voteQuestion } from './replies/day/votes.ts';

/**
 * Tells all channels of a session of a vote: the question in those where it was not asked, the outcome in each. Help channels
 * are told, too: newcomers vote like everybody. So are those of a session that has ended, of the votes that ended with it.
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
  const linked = (await channelsOf(tx, sessionId)).map(({ channel }) => channel);
  // A vote that was open when its session ended is closed by that, and its channels are linked no more.
  const channels = isOver && linked.length === 0 ? await channelsAtEnd(tx, sessionId) : linked;
  for (const channel of channels) {
    if (isOver || channel !== asked) await say(tx, channel, message);
  }
}
