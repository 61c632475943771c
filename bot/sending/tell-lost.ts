import { adapterOf } from '../../adapters/channel.ts';
import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Queryable } from '../../db/client.ts';
import { isLost } from '../../db/lost-channels.ts';
import { putMessage } from '../../db/outbox.ts';
import { channelsOf, sessionOfChannel } from '../../db/sessions.ts';

/** Tells the other channels of a channel's session that nobody there hears the bot any more. */
export async function tellLost(tx: Queryable, lost: string, reason: string): Promise<void> {
  const session = await sessionOfChannel(tx, lost);
  if (!session) return;
  const message: OutgoingMessage = {
    kind: 'notice',
    mood: 'bad',
    text: `${lost}: nothing can be posted there: ${reason}; outcomes are kept for a day`,
  };
  for (const { channel } of await channelsOf(tx, session.id)) {
    if (channel === lost || (await isLost(tx, channel))) continue;
    await putMessage(tx, { adapter: adapterOf(channel), channel, board: null, message });
  }
}
