import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { home, type MessageBlock, messageBlocks, modal, textLength } from './block-kit.ts';
import type { FileStore } from './files.ts';
import { BOT_ID, BOT_USER, type Channel, type Message, TEAM, type Workspace } from './workspace.ts';

/** A refusal as the Web API tells it: `{ok: false, error}`. */
export class Refused extends Error {
  readonly messages: readonly string[];
  constructor(error: string, messages: readonly string[] = []) {
    super(error);
    this.messages = messages;
  }
}

/** Arguments come as a form: JSON and booleans are texts there. */
const json = <T extends z.ZodType>(type: T) =>
  z.preprocess((value) => (typeof value === 'string' ? JSON.parse(value) : value), type);
const flag = json(z.boolean());
const number = z.coerce.number().int();

const thread = { thread_ts: z.string().optional() };
const content = {
  channel: z.string(),
  text: z.string().optional(),
  blocks: json(z.array(z.unknown())).optional(),
  parse: z.enum(['none', 'full']).optional(),
};

export interface World {
  readonly workspace: Workspace;
  readonly files: FileStore;
  /** Trigger ids are good for one view, for a short time. */
  takeTrigger(id: string): string | null;
}

type Run = (args: Record<string, unknown>) => Record<string, unknown>;

export function webMethods({ workspace, files, takeTrigger }: World): Readonly<Record<string, Run>> {
  const method = <T extends z.ZodType>(
    schema: T,
    run: (args: z.output<T>) => Record<string, unknown>,
  ): Run => {
    return (args) => {
      const parsed = schema.safeParse(args);
      if (parsed.success) return run(parsed.data);
      throw new Refused('invalid_arguments', problems(parsed.error));
    };
  };

  /** The channel, where the bot may act in it. */
  function open(id: string): Channel {
    const channel = id.startsWith('U') ? workspace.direct(id) : workspace.channels.get(id);
    const isMember = channel?.members.has(BOT_USER) ?? false;
    if (!channel || (channel.kind !== 'public' && !isMember)) throw new Refused('channel_not_found');
    if (!isMember) throw new Refused('not_in_channel');
    if (channel.archived) throw new Refused('is_archived');
    return channel;
  }

  function parent(channel: Channel, ts: string | undefined): void {
    if (ts === undefined) return;
    const first = channel.messages.find((message) => message.ts === ts);
    if (!first || first.thread_ts !== undefined) throw new Refused('thread_not_found');
  }

  function checked(
    text = '',
    blocks: readonly unknown[] = [],
  ): { text: string; blocks: readonly MessageBlock[] } {
    if (text === '' && blocks.length === 0) throw new Refused('no_text');
    const parsed = messageBlocks.safeParse(blocks);
    if (!parsed.success) throw new Refused('invalid_blocks', problems(parsed.error));
    if (text.length > 4_000) throw new Refused('msg_too_long');
    if (textLength(blocks) + text.length > 13_000) throw new Refused('msg_blocks_too_long');
    return { text, blocks: parsed.data };
  }

  const own = (channel: Channel, ts: string): Message => {
    const message = channel.messages.find((each) => each.ts === ts && each.onlyFor === undefined);
    if (!message) throw new Refused('message_not_found');
    if (message.bot_id !== BOT_ID) throw new Refused('cant_update_message');
    return message;
  };

  return {
    'auth.test': method(z.strictObject({}), () => ({
      url: 'https://day.slack.com/',
      team: 'Deploy Day',
      user: 'deployday',
      team_id: TEAM,
      user_id: BOT_USER,
      bot_id: BOT_ID,
      is_enterprise_install: false,
    })),

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
        const channel = open(id);
        parent(channel, thread_ts);
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

    'chat.update': method(z.strictObject({ ...content, ts: z.string() }), ({ channel: id, ts, ...said }) => {
      const channel = open(id);
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
        messages: listed(open(channel).messages, undefined).reverse().slice(0, limit),
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
        parent(open(channel), ts);
        return { messages: listed(open(channel).messages, ts).slice(0, limit) };
      },
    ),

    'users.info': method(z.strictObject({ user: z.string() }), ({ user: id }) => {
      const user = workspace.users.get(id);
      if (!user) throw new Refused('user_not_found');
      const { name, realName } = user;
      return { user: { id, team_id: TEAM, name, real_name: realName, profile: { real_name: realName } } };
    }),

    'files.getUploadURLExternal': method(
      z.strictObject({
        filename: z.string().min(1),
        length: number.positive(),
        alt_text: z.string().max(1_000).optional(),
        snippet_type: z.string().optional(),
      }),
      ({ filename, length, alt_text = '' }) => files.announce(filename, length, alt_text),
    ),

    'files.completeUploadExternal': method(
      z.strictObject({
        files: json(z.array(z.strictObject({ id: z.string(), title: z.string().optional() })).min(1)),
        channel_id: z.string().optional(),
        initial_comment: z.string().optional(),
        ...thread,
      }),
      ({ files: uploads, channel_id, thread_ts, initial_comment: text = '' }) => {
        const shared = uploads.map(({ id, title }) => {
          const file = files.complete(id, title);
          if (!file) throw new Refused('file_not_found');
          return file;
        });
        if (channel_id !== undefined) {
          const channel = open(channel_id);
          parent(channel, thread_ts);
          workspace.add({
            ts: workspace.ts(),
            channel: channel.id,
            user: BOT_USER,
            bot_id: BOT_ID,
            text,
            files: shared,
            ...(thread_ts ? { thread_ts } : {}),
          });
        }
        return { files: shared.map(({ id, title }) => ({ id, title })) };
      },
    ),

    'views.open': method(
      z.strictObject({ trigger_id: z.string(), view: json(z.unknown()) }),
      ({ trigger_id, view }) => {
        const user = takeTrigger(trigger_id);
        if (user === null) throw new Refused('expired_trigger_id');
        const opened = { id: `V${randomUUID()}`, hash: randomUUID(), user, view: view_(modal, view) };
        workspace.views.push(opened);
        workspace.changed();
        return { view: { id: opened.id, hash: opened.hash } };
      },
    ),

    'views.update': method(
      z.strictObject({ view_id: z.string(), hash: z.string().optional(), view: json(z.unknown()) }),
      ({ view_id, hash, view }) => {
        const opened = workspace.views.find(({ id }) => id === view_id);
        if (!opened) throw new Refused('not_found');
        if (hash !== undefined && hash !== opened.hash) throw new Refused('hash_conflict');
        Object.assign(opened, { view: view_(modal, view), hash: randomUUID() });
        workspace.changed();
        return { view: { id: opened.id, hash: opened.hash } };
      },
    ),

    'views.publish': method(
      z.strictObject({ user_id: z.string(), view: json(z.unknown()) }),
      ({ user_id, view }) => {
        workspace.homes.set(user_id, view_(home, view));
        workspace.changed();
        return { view: { id: `V${user_id}` } };
      },
    ),
  };
}

function view_<T extends z.ZodType>(schema: T, view: unknown): z.output<T> {
  const parsed = schema.safeParse(view);
  if (parsed.success) return parsed.data;
  throw new Refused('invalid_arguments', problems(parsed.error));
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

function problems(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`);
}
