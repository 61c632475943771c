import { adapterOf } from '../../adapters/channel.ts';
import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Queryable } from '../../db/client.ts';
import { isLost } from '../../db/lost-channels.ts';
import { putMessage } from '../../db/outbox.ts';
import { channelsOf, linkerOf, sessionOfChannel } from '../../db/sessions.ts';

const NOBODY_KNOWS = 'somebody there has to see whether it is still in';

/** Tells the other channels of a channel's session that nobody there hears the bot any more. `advice`: what to do, as the adapter knows it. */
export async function tellLost(tx: Queryable, lost: string, advice = NOBODY_KNOWS): Promise<void> {
  const session = await sessionOfChannel(tx, lost);
  if (!session) return;
  const message: OutgoingMessage = {
    kind: 'notice',
    mood: 'bad',
    text: `${session.name}: the bot can write no more in ${placeOf(lost, await linkerOf(tx, lost))}: ${advice}. Outcomes for it are kept for a day`,
  };
  for (const { channel } of await channelsOf(tx, session.id)) {
    if (channel === lost || (await isLost(tx, channel))) continue;
    await putMessage(tx, { adapter: adapterOf(channel), channel, board: null, message });
  }
}

const SERVICES: Readonly<Record<string, string>> = { slack: 'Slack', discord: 'Discord' };

/** A channel as people know it; where a service names it by a number, they know it by who linked it. */
function placeOf(channel: string, linker: string | null): string {
  const [, service = '', network = '', name = ''] = /^(\w+):([^/]*)\/(.*)$/.exec(channel) ?? [];
  if (service === 'irc') return `${name} on ${network} (IRC)`;
  const known = SERVICES[service];
  if (known === undefined) return channel;
  return linker === null
    ? `a channel on ${known} (${name})`
    : `the ${known} channel that ${linker} linked (${name})`;
}
