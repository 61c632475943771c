import { Refused } from './method.ts';
import { BOT_USER, type Channel, type Workspace } from './workspace.ts';

/** The channel, where the bot may act in it. */
export function openChannel(workspace: Workspace, id: string): Channel {
  const channel = id.startsWith('U') ? workspace.direct(id) : workspace.channels.get(id);
  const isMember = channel?.members.has(BOT_USER) ?? false;
  if (!channel || (channel.kind !== 'public' && !isMember)) throw new Refused('channel_not_found');
  if (!isMember) throw new Refused('not_in_channel');
  if (channel.archived) throw new Refused('is_archived');
  return channel;
}

/** Refuses a thread that is not in the channel. */
export function checkThread(channel: Channel, ts: string | undefined): void {
  if (ts === undefined) return;
  const first = channel.messages.find((message) => message.ts === ts);
  if (!first || first.thread_ts !== undefined) throw new Refused('thread_not_found');
}
