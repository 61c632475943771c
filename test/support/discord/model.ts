import { type Clock, createIds } from './clock.ts';

/** What Discord knows, as the API shows it. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly global_name: string | null;
  readonly bot?: boolean;
  readonly discriminator: string;
  readonly avatar: null;
}

export interface Channel {
  readonly id: string;
  readonly type: number;
  readonly guild_id?: string;
  readonly parent_id?: string | null;
  readonly name: string;
  last_message_id: string | null;
  /** What the bot may not do there. */
  readonly forbidden: Set<'view' | 'send' | 'attach' | 'history' | 'threads'>;
  readonly messages: Message[];
}

export interface Message {
  readonly id: string;
  readonly channel_id: string;
  readonly type: number;
  readonly author: User;
  readonly timestamp: string;
  edited_timestamp: string | null;
  content: string;
  embeds: { description?: string; color?: number; image?: { url: string } }[];
  components: { components: { custom_id?: string; label?: string; style: number }[] }[];
  attachments: { id: string; filename: string; description?: string; size: number; text: string }[];
  mentions: User[];
  mention_roles: string[];
  flags: number;
  readonly webhook_id?: string;
  readonly nonce?: string | number;
  readonly message_reference?: { message_id: string };
  /** Who was pinged: nobody, if the sender closed the allowed mentions. */
  pings: string[];
  /** How often it was changed. */
  edits: number;
  deleted: boolean;
}

export const ChannelType = { text: 0, direct: 1, forum: 15, publicThread: 11 } as const;

export interface Model {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly application: string;
  readonly bot: User;
  readonly role: string;
  readonly guild: string;
  readonly channels: Map<string, Channel>;
  addChannel(name: string, type?: number, parent?: string, id?: string): Channel;
  addUser(username: string, options?: { displayName?: string; bot?: boolean }): User;
  /** Nick names in the guild, by user. */
  readonly nicks: Map<string, string>;
  message(channel: string, id: string): Message | undefined;
}

export function createModel(clock: Clock): Model {
  const newId = createIds(clock);
  const channels = new Map<string, Channel>();
  const user = (username: string, global_name: string | null, bot: boolean): User => ({
    id: newId(),
    username,
    global_name,
    discriminator: '0',
    avatar: null,
    ...(bot ? { bot } : {}),
  });
  const guild = newId();
  return {
    clock,
    newId,
    application: newId(),
    bot: user('deployday', null, true),
    role: newId(),
    guild,
    channels,
    nicks: new Map(),
    addUser: (username, { displayName, bot = false } = {}) => user(username, displayName ?? null, bot),
    addChannel(name, type = ChannelType.text, parent, id = newId()) {
      const channel: Channel = {
        id,
        type,
        name,
        ...(type === ChannelType.direct ? {} : { guild_id: guild }),
        ...(parent === undefined ? {} : { parent_id: parent }),
        last_message_id: null,
        forbidden: new Set(),
        messages: [],
      };
      channels.set(channel.id, channel);
      return channel;
    },
    message: (channel, id) =>
      channels.get(channel)?.messages.find((message) => message.id === id && !message.deleted),
  };
}

/** A channel as the API shows it. */
export function shownChannel({ forbidden: _, messages: __, ...channel }: Channel): object {
  return channel;
}

/** A message as the API shows it. */
export function shownMessage({
  pings: _,
  edits: __,
  deleted: ___,
  attachments,
  ...message
}: Message): object {
  return {
    ...message,
    tts: false,
    pinned: false,
    mention_everyone: false,
    attachments: attachments.map(({ text: ____, ...attachment }) => ({
      ...attachment,
      url: `https://cdn.discordapp.com/attachments/${message.channel_id}/${attachment.id}/${attachment.filename}`,
    })),
  };
}
