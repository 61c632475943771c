import { canChangeHands } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import type { Queryable } from '../db/client.ts';
import { currentPerson, identitiesOf } from '../db/people.ts';

/** Marks what is said in a private place that can pass to somebody else as meant for this identity alone; null: not verified, for anybody. */
export function forOne(channel: string, identity: string | null, message: OutgoingMessage): OutgoingMessage {
  return identity === null || !canChangeHands(channel) ? message : { ...message, onlyFor: [identity] };
}

/** The same for what comes later than an answer, maybe by hours: it is for the person, by whatever account; null: for anybody. */
export async function forPerson(
  tx: Queryable,
  channel: string,
  personId: number | null,
  message: OutgoingMessage,
): Promise<OutgoingMessage> {
  if (personId === null || !canChangeHands(channel)) return message;
  // Whoever linked accounts meanwhile is another person by now.
  return { ...message, onlyFor: await identitiesOf(tx, await currentPerson(tx, personId)) };
}

/** What is told of a run is for whoever asked for it. */
export function forRequester(
  tx: Queryable,
  run: { readonly channel: string; readonly personId: number | null },
  message: OutgoingMessage,
): Promise<OutgoingMessage> {
  return forPerson(tx, run.channel, run.personId, message);
}
