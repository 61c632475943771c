import { setTimeout as pause } from 'node:timers/promises';
import { type APIMessage, type GatewayGuildCreateDispatchData, Routes } from 'discord.js';
import type { SendError } from '../adapter.ts';
import type { Api } from './api.ts';
import { BoundedMap } from './bounded.ts';
import type { DiscordTimes, Log } from './config.ts';
import { sendError } from './errors.ts';
import type { Session } from './gateway.ts';
import type { createInbound, Said } from './inbound.ts';
import { channelIdOf, channelName, isDirect, NAME } from './names.ts';

interface Options {
  readonly api: Api;
  readonly times: DiscordTimes;
  readonly log: Log;
  readonly inbound: ReturnType<typeof createInbound>;
  readonly signal: AbortSignal;
  /** Names of the channels in which earlier processes were spoken to lately. */
  heardIn(): Promise<readonly string[]>;
  /** Those of the messages that this process or an earlier one has taken in. */
  takenIn(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Says a line in a channel, in answer to a message there if one is given. Rejects like `send`. */
  admit(channel: string, text: string, answers?: string): Promise<unknown>;
}

/** A time in which nothing was told to us. */
interface Gap {
  readonly from: number;
  /** Guilds that Discord has not told of yet. */
  readonly guilds: Set<string>;
  /** Channels that were or are being looked through. */
  readonly looked: Set<string>;
}

interface Known {
  readonly guild: string | undefined;
  /** The newest message there that we know of. */
  readonly last: string;
  /** Somebody spoke to us there: only there anything is admitted. */
  readonly addressed: boolean;
}

/** Of so many channels we know what was said last. */
const MOST_KNOWN = 50;
/** So many are looked through after we were away. */
const MOST_LOOKED = 200;
const PER_PAGE = 100;
const MOST_PAGES = 3;
const ATTEMPTS = 6;
/** A connection may be dead for a while before that shows. What was told to us all the same is known again. */
const UNNOTICED_MS = 60_000;

/** Reads what was said to the bot while it was away and Discord did not tell it again, and acts on it or admits it. */
export function createCatchUp({ api, times, log, inbound, signal, heardIn, takenIn, admit }: Options) {
  const channels = new BoundedMap<Known>(MOST_KNOWN);
  let gap: Gap | null = null;
  let lostAt: number | null = null;
  let isFirst = true;
  let user = '';

  async function look(channel: string, known: Known, { from, looked }: Gap): Promise<void> {
    if (looked.has(channel) || looked.size >= MOST_LOOKED) return;
    looked.add(channel);
    const failure = await persist(channelName(known.guild, channel), () => read(channel, known, from));
    if (!failure || signal.aborted) return;
    log.warn(`${failure.message}; what was said there while we were away is not known`);
    await own(
      channel,
      known,
      `I was away since ${instant(from)} and cannot read what was said here meanwhile.`,
    );
  }

  /** Does it again while that may help; returns why it failed in the end. */
  async function persist(where: string, act: () => Promise<unknown>): Promise<SendError | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        await act();
        return null;
      } catch (error) {
        const failure = sendError(where, error);
        if (!failure.retryable || attempt === ATTEMPTS || signal.aborted) return failure;
        const delay = Math.max(times.catchUpRetry, failure.retryAfter ?? 0);
        await pause(delay, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function read(channel: string, known: Known, from: number): Promise<void> {
    const oldest = Date.now() - times.catchUp;
    const late: string[] = [];
    let after = known.last;
    let isAll = false;
    for (let page = 0; page < MOST_PAGES && !isAll; page++) {
      const messages = await newer(channel, after);
      for (const message of messages) {
        const said: Said = { ...message, guild_id: known.guild };
        const at = Date.parse(message.timestamp);
        if (at < from - UNNOTICED_MS) continue;
        if (at >= oldest) inbound.take(said, user, { late: true });
        else if (inbound.commandOf(said, user) !== null) late.push(said.id);
      }
      after = messages.at(-1)?.id ?? after;
      isAll = messages.length < PER_PAGE;
    }
    await ownLate(channel, known, late);
    if (!isAll)
      await own(channel, known, 'I was away, and more was said here meanwhile than I can read again.');
  }

  /** Of what is too old to be acted on, the last that nobody has acted on. */
  async function ownLate(channel: string, known: Known, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const taken = await takenIn(ids).catch((error: Error) => {
      log.warn(`${NAME}: whether what was said before was acted on is not known: ${error.message}`);
      return null;
    });
    const missed = ids.findLast((id) => !taken?.has(id));
    if (missed === undefined) return;
    const text = taken
      ? 'I was away when this was said, and have not acted on it.'
      : 'I was away, and may not have acted on this.';
    await own(channel, known, text, missed);
  }

  /** Admits that something may be lost, where somebody may wait for it. */
  async function own(channel: string, known: Known, text: string, message?: string): Promise<void> {
    if (!known.addressed && message === undefined) return;
    const name = channelName(known.guild, channel);
    const line = `${text} Say it again if you wait for an answer.`;
    const failure = await persist(name, () => admit(name, line, message));
    if (failure && !signal.aborted) log.warn(failure.message);
  }

  /** Discord tells of no direct messages when we connect: who wrote to earlier processes is looked at. */
  async function lookAtDirect(current: Gap): Promise<void> {
    const last = snowflakeAt(current.from - UNNOTICED_MS);
    const failure = await heardIn().then(
      (names) => {
        for (const channel of names.filter(isDirect).map(channelIdOf)) {
          if (channel === null || channels.get(channel)) continue;
          const known = { guild: undefined, last, addressed: true };
          channels.set(channel, known);
          void look(channel, known, current);
        }
      },
      (error: Error) => error,
    );
    if (failure && !signal.aborted)
      log.warn(
        `${NAME}: what was written to us while we were away is not known, people have to say it again: ${failure.message}`,
      );
  }

  /** The messages of a channel after one, oldest first. */
  async function newer(channel: string, after: string): Promise<APIMessage[]> {
    const messages = (await api.request({
      method: 'Get',
      route: Routes.channelMessages(channel),
      query: { after, limit: String(PER_PAGE) },
    })) as APIMessage[];
    return messages.sort((one, other) => (isNewer(one.id, other.id) ? 1 : -1));
  }

  return {
    /** Something was said or done in a channel; `addressed`: to us. */
    heard(guild: string | undefined, channel: string, id: string, addressed: boolean): void {
      const before = channels.get(channel);
      const last = before && !isNewer(id, before.last) ? before.last : id;
      channels.set(channel, { guild, last, addressed: addressed || before?.addressed === true });
    },
    lost(): void {
      lostAt ??= Date.now();
    },
    /** Everything that was missed is told by Discord itself. */
    resumed(): void {
      lostAt = null;
    },
    ready(session: Session): void {
      user = session.user;
      const from = isFirst ? Date.now() - times.lookBack : (lostAt ?? Date.now());
      const current: Gap = { from, guilds: new Set(session.guilds), looked: new Set() };
      gap = current;
      if (isFirst) void lookAtDirect(current);
      isFirst = false;
      lostAt = null;
      for (const channel of channels.keys()) {
        const known = channels.get(channel);
        if (known) void look(channel, known, current);
      }
    },
    /** What Discord tells of a guild shows in which of its channels something was said since. */
    guild({ id, channels: all = [], threads = [] }: Partial<GatewayGuildCreateDispatchData>): void {
      if (!gap || id === undefined || !gap.guilds.delete(id)) return;
      const after = snowflakeAt(Math.max(gap.from - UNNOTICED_MS, Date.now() - times.catchUp));
      for (const channel of [...all, ...threads]) {
        const last = 'last_message_id' in channel ? channel.last_message_id : null;
        if (!last || !isNewer(last, after)) continue;
        const known = channels.get(channel.id) ?? { guild: id, last: after, addressed: false };
        void look(channel.id, known, gap);
      }
    },
  };
}

function isNewer(id: string, than: string): boolean {
  return BigInt(id) > BigInt(than);
}

const DISCORD_EPOCH = 1_420_070_400_000;

/** The smallest id that something can have that was made at this time or later. */
function snowflakeAt(milliseconds: number): string {
  return String(BigInt(Math.max(0, milliseconds - DISCORD_EPOCH)) << 22n);
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
