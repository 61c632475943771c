import { type APIMessage, MessageType } from 'discord.js';
import type { IncomingMessage } from '../adapter.ts';
import { commandIn, tidy } from './addressing.ts';
import { BoundedMap } from './bounded.ts';
import { displayOf, identityOf, NAME } from './names.ts';
import type { Places } from './places.ts';
import { writeReplyTo } from './reply-to.ts';

/** A message as the gateway tells it, or as it is read later. */
export type Said = Pick<APIMessage, 'id' | 'channel_id' | 'author' | 'content' | 'timestamp'> &
  Partial<Pick<APIMessage, 'type' | 'webhook_id' | 'mention_roles' | 'mentions'>> & {
    readonly guild_id?: string | undefined;
    readonly member?: { readonly nick?: string | null } | undefined;
  };

const BY_PEOPLE: readonly MessageType[] = [MessageType.Default, MessageType.Reply];
/** Told again after a resume, or read again after we were away: so many are known again. */
const MOST_SEEN = 5_000;

/** Picks out what people say to the bot. `verbs`: the words that commands begin with. */
export function createInbound(
  places: Places,
  verbs: ReadonlySet<string>,
  receive: (message: IncomingMessage) => void,
) {
  const seen = new BoundedMap<true>(MOST_SEEN);

  /** The command in it; null when a program said it, when it is not for us, or when we have it already. */
  function commandOf(said: Said, user: string): string | null {
    const { author, webhook_id, type = MessageType.Default, content, guild_id } = said;
    if (author.bot || author.system || author.id === user || webhook_id !== undefined) return null;
    if (!BY_PEOPLE.includes(type) || seen.get(said.id)) return null;
    const us = { user, role: places.roleIn(guild_id), direct: guild_id === undefined };
    return commandIn(content, us) ?? commandInReply(said, user);
  }

  /** Clients ping whoever is answered, wanted or not: what does not read as a command is talk. */
  function commandInReply({ type, mentions = [], content }: Said, user: string): string | null {
    if (type !== MessageType.Reply || !mentions.some(({ id }) => id === user)) return null;
    const text = tidy(content).replace(/^!/, '');
    return verbs.has(text.split(/\s/, 1)[0]?.toLowerCase() ?? '') ? text : null;
  }

  return {
    commandOf,
    /** Hands a message on if it is for us; returns whether it was. `late`: it was said while we were away. */
    take(said: Said, user: string, { late = false } = {}): boolean {
      const text = commandOf(said, user);
      if (text === null) return false;
      seen.set(said.id, true);
      const { id, channel_id, guild_id, author, member } = said;
      const sender = { identity: identityOf(author.id), display: displayOf(author, member?.nick) };
      const replyTo = writeReplyTo({ kind: 'message', channel: channel_id, message: id });
      // In the order of saying: for one channel the answer is there at once, or is waited for by all.
      void places.channelOf(guild_id, channel_id).then((channel) => {
        const direct = guild_id === undefined ? { privately: channel } : {};
        receive({
          ...{ adapter: NAME, id, channel, ...direct, sender, text, replyTo },
          ...(late ? { late: true as const } : {}),
        });
      });
      return true;
    },
    /** Mentions our role, and its words are kept from us: without a privileged intent we see what mentions us by name only. */
    isHidden({ content, mention_roles, guild_id, author }: Said): boolean {
      const role = places.roleIn(guild_id);
      return role !== undefined && content === '' && !author.bot && (mention_roles ?? []).includes(role);
    },
  };
}
