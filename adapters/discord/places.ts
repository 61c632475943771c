import {
  type APIChannel,
  ChannelType,
  type GatewayGuildCreateDispatchData,
  type GatewayThreadListSyncDispatchData,
  Routes,
} from 'discord.js';
import type { Api } from './api.ts';
import { channelName } from './names.ts';

/** What we know of a channel or thread. */
interface Known {
  readonly type: ChannelType;
  readonly parent: string | null;
}

type Described = Pick<APIChannel, 'id' | 'type'> & { readonly parent_id?: string | null | undefined };

const THREADS = [ChannelType.AnnouncementThread, ChannelType.PublicThread, ChannelType.PrivateThread];
/** Where posts are threads, and nothing can be said outside of them. */
const FORUMS = [ChannelType.GuildForum, ChannelType.GuildMedia];
const WITH_THREADS = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

/** Knows which channel a thread belongs to: what is said in a thread is said in its channel, and answered in the thread. */
export function createPlaces(api: Api) {
  const known = new Map<string, Known>();
  const asked = new Map<string, Promise<Known | undefined>>();
  /** The bot's own role, by guild. */
  const roles = new Map<string, string>();

  function note({ id, type, parent_id }: Described): Known {
    const place = { type, parent: parent_id ?? null };
    known.set(id, place);
    return place;
  }

  /** Asks Discord, once. Who cannot be asked is taken for an ordinary channel. */
  function ask(id: string): Promise<Known | undefined> {
    const answer =
      asked.get(id) ??
      api
        .request({ method: 'Get', route: Routes.channel(id) })
        .then((channel) => note(channel as APIChannel))
        .catch(() => undefined)
        .finally(() => asked.delete(id));
    asked.set(id, answer);
    return answer;
  }

  const lookUp = async (id: string): Promise<Known | undefined> => known.get(id) ?? (await ask(id));

  return {
    note,
    forget: (id: string): void => void known.delete(id),
    noteGuild(
      { channels = [], threads = [], roles: all = [], id }: Partial<GatewayGuildCreateDispatchData>,
      user: string,
    ): void {
      for (const channel of [...channels, ...threads]) note(channel);
      const own = all.find(({ tags }) => tags?.bot_id === user);
      if (own && id !== undefined) roles.set(id, own.id);
    },
    noteThreads({ threads }: GatewayThreadListSyncDispatchData): void {
      for (const thread of threads) note(thread);
    },
    roleIn: (guild: string | undefined): string | undefined =>
      guild === undefined ? undefined : roles.get(guild),
    /** The name of the channel that a message in this channel or thread was said in. */
    async channelOf(guild: string | null | undefined, id: string): Promise<string> {
      if (!guild) return channelName(null, id);
      const place = await lookUp(id);
      if (!place?.parent || !THREADS.includes(place.type)) return channelName(guild, id);
      const parent = await lookUp(place.parent);
      const isForum = parent !== undefined && FORUMS.includes(parent.type);
      return channelName(guild, isForum ? id : place.parent);
    },
    /** A thread can be begun at a message there. */
    async takesThreads(id: string): Promise<boolean> {
      const place = await lookUp(id);
      return place !== undefined && WITH_THREADS.includes(place.type);
    },
  };
}

export type Places = ReturnType<typeof createPlaces>;
