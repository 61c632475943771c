import { failures } from './failure.ts';
import type { createGateway } from './gateway.ts';
import {
  type Channel,
  ChannelType,
  type Message,
  type Model,
  shownChannel,
  shownMessage,
  type User,
} from './model.ts';
import { bodies, checkMessage } from './validate.ts';

export interface Upload {
  readonly name: string;
  readonly data: Buffer;
}

type Body = Partial<Pick<Message, 'content' | 'embeds' | 'components' | 'flags'>> & {
  nonce?: string;
  enforce_nonce?: boolean;
  message_reference?: { message_id: string; fail_if_not_exists?: boolean };
  allowed_mentions?: { parse?: string[]; users?: string[]; replied_user?: boolean };
  attachments?: { id: number; filename: string; description?: string }[];
};

export const LOADING = 1 << 7;
export const EPHEMERAL = 1 << 6;
const LARGEST_FILE = 10 * 1024 * 1024;
const NONCE_LASTS_MS = 5 * 60_000;

/** Messages: made, changed, read, told of. */
export function createMessages(model: Model, gateway: ReturnType<typeof createGateway>) {
  const { clock, newId, bot } = model;

  function channelFor(id: string, need: 'view' | 'send'): Channel {
    const channel = model.channels.get(id);
    if (!channel) throw failures.unknownChannel();
    if (channel.forbidden.has('view')) throw failures.missingAccess();
    if (need === 'send' && channel.forbidden.has('send')) throw failures.missingPermissions();
    return channel;
  }

  /** The attachments that a body speaks of, with the files that came with it. */
  function attachmentsOf(channel: Channel, body: Body, uploads: readonly Upload[]): Message['attachments'] {
    const told: NonNullable<Body['attachments']> =
      body.attachments ?? uploads.map(({ name }, id) => ({ id, filename: name }));
    if (told.length !== uploads.length) throw failures.invalid('attachments', 'does not fit the files');
    if (uploads.length > 0 && channel.forbidden.has('attach')) throw failures.missingPermissions();
    return told.map(({ id, filename, description }) => {
      const file = uploads[id];
      if (!file) throw failures.invalid('attachments', `There is no file ${id}`);
      if (file.data.length > LARGEST_FILE) throw failures.tooLarge();
      return {
        id: newId(),
        filename,
        ...(description === undefined ? {} : { description }),
        size: file.data.length,
        text: String(file.data),
      };
    });
  }

  function add(channel: Channel, author: User, body: Body, more: Partial<Message> = {}): Message {
    const content = (body.content ?? '').trim();
    const id = newId();
    const allowed = body.allowed_mentions;
    const closed = allowed !== undefined && (allowed.parse ?? []).length === 0;
    const isCalled = (ping: string) => (allowed?.users ?? []).some((user) => ping === `<@${user}>`);
    const pings = [...content.matchAll(/<@[!&]?\d+>|@everyone|@here/g)].map((match) => match[0]);
    const message: Message = {
      id,
      channel_id: channel.id,
      type: body.message_reference ? 19 : 0,
      author,
      timestamp: new Date(clock.now()).toISOString(),
      edited_timestamp: null,
      content,
      embeds: body.embeds ?? [],
      components: body.components ?? [],
      attachments: [],
      mentions: mentionsIn(content),
      mention_roles: [...content.matchAll(/<@&(\d+)>/g)].map((match) => match[1] ?? ''),
      flags: body.flags ?? 0,
      pings: closed ? pings.filter(isCalled) : pings,
      edits: 0,
      deleted: false,
      ...(body.nonce === undefined ? {} : { nonce: body.nonce }),
      ...(body.message_reference ? { message_reference: body.message_reference } : {}),
      ...more,
    };
    channel.messages.push(message);
    channel.last_message_id = id;
    tell('MESSAGE_CREATE', channel, message);
    return message;
  }

  function mentionsIn(content: string): User[] {
    return content.includes(`<@${bot.id}>`) || content.includes(`<@!${bot.id}>`) ? [bot] : [];
  }

  /** Who may not read messages sees those that concern it all the same. */
  function tell(t: string, channel: Channel, message: Message): void {
    if ((message.flags & EPHEMERAL) !== 0 || channel.forbidden.has('view')) return;
    const isDirect = channel.type === ChannelType.direct;
    gateway.tell(t, (intents, has) => {
      if (!has(isDirect ? intents.directMessages : intents.guildMessages)) return null;
      const concerns =
        isDirect || message.author.id === bot.id || message.mentions.length > 0 || has(intents.content);
      const nick = model.nicks.get(message.author.id) ?? null;
      return {
        ...shown(message, concerns),
        ...(isDirect ? {} : { guild_id: channel.guild_id, member: { nick, roles: [], joined_at: null } }),
      };
    });
  }

  function shown(message: Message, concerns = true): object {
    return {
      ...shownMessage(message),
      ...(concerns ? {} : { content: '', embeds: [], attachments: [], components: [] }),
    };
  }

  function checked(body: Body, kind: keyof typeof bodies, uploads: readonly Upload[]): void {
    bodies[kind](body, '');
    checkMessage(body);
    if (kind === 'edit') return;
    const isEmpty = !body.content?.trim() && !body.embeds?.length && uploads.length === 0;
    if (isEmpty) throw failures.emptyMessage();
  }

  return {
    add,
    shown,
    tell,
    channelFor,
    create(channelId: string, body: Body, uploads: readonly Upload[]): object {
      checked(body, 'create', uploads);
      const channel = channelFor(channelId, 'send');
      if (channel.type === ChannelType.forum) throw failures.invalid('channel', 'not a text channel');
      if (body.message_reference && channel.forbidden.has('history')) throw failures.noHistory();
      const repeated = body.enforce_nonce
        ? channel.messages.find(
            (one) =>
              one.nonce === body.nonce &&
              one.author === bot &&
              Date.parse(one.timestamp) > clock.now() - NONCE_LASTS_MS,
          )
        : undefined;
      if (repeated) return shown(repeated);
      const reference = body.message_reference;
      const isThere = reference && model.message(channelId, reference.message_id);
      if (reference && !isThere && reference.fail_if_not_exists !== false) throw failures.unknownMessage();
      const { message_reference: _, ...alone } = body;
      return shown(
        add(channel, bot, isThere ? body : alone, { attachments: attachmentsOf(channel, body, uploads) }),
      );
    },
    /** Changes a message by the bot itself, or by an interaction's token. */
    change(channelId: string, id: string, body: Body, uploads: readonly Upload[], byToken = false): Message {
      checked(body, byToken ? 'webhook' : 'edit', uploads);
      const channel = byToken ? model.channels.get(channelId) : channelFor(channelId, 'view');
      const message = model.message(channelId, id);
      if (!channel || !message) throw failures.unknownMessage();
      if (message.author !== bot) throw failures.notOurs();
      if (!byToken && (message.flags & EPHEMERAL) !== 0) throw failures.unknownMessage();
      message.content = (body.content ?? message.content).trim();
      message.embeds = body.embeds ?? message.embeds;
      message.components = body.components ?? message.components;
      if (body.attachments || uploads.length > 0) message.attachments = attachmentsOf(channel, body, uploads);
      message.flags &= ~LOADING;
      message.edits++;
      message.edited_timestamp = new Date(clock.now()).toISOString();
      tell('MESSAGE_UPDATE', channel, message);
      return message;
    },
    /** The newest, of those before one if it is given; newest first, as Discord does. */
    page(channelId: string, before: string | null, limit: number): object[] {
      const channel = channelFor(channelId, 'view');
      if (channel.forbidden.has('history')) throw failures.missingPermissions();
      return channel.messages
        .filter(({ deleted, id }) => !deleted && (before === null || BigInt(id) < BigInt(before)))
        .slice(-limit)
        .reverse()
        .map((message) => {
          const isDirect = channel.type === ChannelType.direct;
          return shown(message, isDirect || message.author === bot || message.mentions.length > 0);
        });
    },
    thread(channelId: string, messageId: string, body: { name: string }): object {
      bodies.thread(body, '');
      const channel = channelFor(channelId, 'send');
      if (channel.forbidden.has('threads')) throw failures.missingPermissions();
      if (!model.message(channelId, messageId)) throw failures.unknownMessage();
      if (model.channels.has(messageId)) throw failures.threadExists();
      const thread = model.addChannel(body.name, ChannelType.publicThread, channelId, messageId);
      gateway.tell('THREAD_CREATE', (intents, has) =>
        has(intents.guilds)
          ? {
              ...shownChannel(thread),
              newly_created: true,
              thread_metadata: {
                archived: false,
                locked: false,
                auto_archive_duration: 1_440,
                archive_timestamp: new Date(clock.now()).toISOString(),
              },
            }
          : null,
      );
      return shownChannel(thread);
    },
  };
}

export type Messages = ReturnType<typeof createMessages>;
