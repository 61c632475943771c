import { z } from 'zod';
import { checkThread, openChannel } from './access.ts';
import { type MessageBlock, messageBlocks, textLength } from './block-kit.ts';
import { as, flag, json, type Method, method, number, Refused } from './method.ts';
import { BOT_ID, BOT_USER, type Channel, type Message, type Workspace } from './workspace.ts';

const thread = { thread_ts: z.string().optional() };
const content = {
  channel: z.string(),
  text: z.string().optional(),
  blocks: json(z.array(z.unknown())).optional(),
  parse: z.enum(['none', 'full']).optional(),
};

/** Methods about messages, and about the conversations that they are in. */
export function messageMethods(workspace: Workspace): Readonly<Record<string, Method>> {
  return {
    'chat.postMessage': method(
      z.strictObject({
        ...content,
        ...thread,
        unfurl_links: flag.optional(),
        unfurl_media: flag.optional(),
        metadata: json(
          z.strictObject({
            event_type: z.string().regex(/^\w+$/),
            event_payload: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
          }),
        ).optional(),
      }),
      ({ channel: id, thread_ts, metadata, ...said }) => {
        const channel = openChannel(workspace, id);
        checkThread(channel, thread_ts);
        const message = workspace.add({
          ts: workspace.ts(),
          channel: channel.id,
          user: BOT_USER,
          bot_id: BOT_ID,
          ...checked(said.text, said.blocks),
          ...(thread_ts ? { thread_ts } : {}),
          ...(metadata ? { metadata } : {}),
        });
        return { channel: channel.id, ts: message.ts, message };
      },
    ),

    'chat.postEphemeral': method(
      z.strictObject({ ...content, ...thread, user: z.string() }),
      ({ channel: id, user, thread_ts, ...said }) => {
        const channel = openChannel(workspace, id);
        if (!workspace.users.has(user)) throw new Refused('user_not_in_channel');
        const ts = workspace.ts();
        const shown = checked(said.text, said.blocks);
        // In a thread that nobody has answered in, nobody is shown it.
        const isShown = !thread_ts || channel.messages.some((each) => each.thread_ts === thread_ts);
        if (isShown) {
          const more = thread_ts ? { thread_ts } : {};
          workspace.add({
            ts,
            channel: channel.id,
            user: BOT_USER,
            bot_id: BOT_ID,
            ...shown,
            ...more,
            onlyFor: user,
          });
        }
        return { message_ts: ts };
      },
    ),

    'chat.update': method(z.strictObject({ ...content, ts: z.string() }), ({ channel: id, ts, ...said }) => {
      const channel = openChannel(workspace, id);
      const message = own(channel, ts);
      Object.assign(message, checked(said.text, said.blocks), { edited: true });
      workspace.changed();
      return { channel: channel.id, ts, text: message.text, message };
    }),

    'conversations.open': method(z.strictObject({ users: z.string() }), ({ users }) => {
      if (!workspace.users.has(users)) throw new Refused('user_not_found');
      return { channel: { id: workspace.direct(users).id } };
    }),

    'conversations.history': method(
      z.strictObject({
        channel: z.string(),
        oldest: z.string().optional(),
        limit: number,
        include_all_metadata: flag,
      }),
      ({ channel, limit }) => ({
        messages: listed(openChannel(workspace, channel).messages, undefined).reverse().slice(0, limit),
      }),
    ),

    'conversations.replies': method(
      z.strictObject({
        channel: z.string(),
        ts: z.string(),
        oldest: z.string().optional(),
        limit: number,
        include_all_metadata: flag,
      }),
      ({ channel, ts, limit }) => {
        checkThread(openChannel(workspace, channel), ts);
        return { messages: listed(openChannel(workspace, channel).messages, ts).slice(0, limit) };
      },
    ),
  };
}

function checked(
  text = '',
  blocks: readonly unknown[] = [],
): { text: string; blocks: readonly MessageBlock[] } {
  if (text === '' && blocks.length === 0) throw new Refused('no_text');
  const known = as(messageBlocks, blocks, 'invalid_blocks');
  if (text.length > 4_000) throw new Refused('msg_too_long');
  if (textLength(blocks) + text.length > 13_000) throw new Refused('msg_blocks_too_long');
  return { text, blocks: known };
}

function own(channel: Channel, ts: string): Message {
  const message = channel.messages.find((each) => each.ts === ts && each.onlyFor === undefined);
  if (!message) throw new Refused('message_not_found');
  if (message.bot_id !== BOT_ID) throw new Refused('cant_update_message');
  return message;
}

/** Messages as they are listed: those of the channel with their number of answers, or those of one thread. */
function listed(messages: readonly Message[], thread: string | undefined) {
  return messages
    .filter(({ onlyFor }) => onlyFor === undefined)
    .filter(({ ts, thread_ts }) =>
      thread === undefined ? thread_ts === undefined : [ts, thread_ts].includes(thread),
    )
    .map((message) => {
      const replies = messages.filter(({ thread_ts }) => thread_ts === message.ts);
      if (replies.length === 0) return message;
      return {
        ...message,
        reply_count: replies.length,
        reply_users: [...new Set(replies.map(({ user }) => user))],
      };
    });
}
