import { canChangeHands } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import type { Queryable } from '../db/client.ts';
import { identitiesOf } from '../db/people.ts';

/** Marks what is said in a private place that can pass to somebody else as meant for this identity alone; null: not verified, for anybody. */
export function forOne(channel: string, identity: string | null, message: OutgoingMessage): OutgoingMessage {
  return identity === null || !canChangeHands(channel) ? message : { ...message, onlyFor: [identity] };
}

/** The same for what is told of a run, which may take hours: it is for whoever asked for it. */
export async function forRequester(
  tx: Queryable,
  run: { readonly channel: string; readonly personId: number | null },
  message: OutgoingMessage,
): Promise<OutgoingMessage> {
  if (run.personId === null || !canChangeHands(run.channel)) return message;
  return { ...message, onlyFor: await identitiesOf(tx, run.personId) };
}
