import { setTimeout as pause } from 'node:timers/promises';
import type { APIChannel, GatewayGuildCreateDispatchData } from 'discord.js';
import type { Guide, SendError } from '../adapter.ts';
import type { Api } from './api.ts';
import { BoundedMap } from './bounded.ts';
import type { DiscordTimes, Log } from './config.ts';
import { sendError } from './errors.ts';
import type { Session } from './gateway.ts';
import type { createInbound, Said } from './inbound.ts';
import { channelIdOf, channelName, isDirect, NAME } from './names.ts';
import { isNewer, readBack, snowflakeAt } from './read-back.ts';

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
  /** It was admitted that these were not acted on. */
  ownedUp(messages: Parameters<Guide['ownedUp']>[1]): Promise<void>;
  /** Says a line in a channel, in answer to a message there if one is given. Rejects like `send`. */
  admit(channel: string, text: string, answers?: string): Promise<unknown>;
}

/** A time in which nothing was told to us. */
interface Gap {
  readonly from: number;
  /** An earlier process was there before; when it went is not known. */
  readonly isGuess: boolean;
  /** Channels in which earlier processes were spoken to lately, by their ids. */
  readonly spokenIn: Promise<ReadonlyMap<string, { readonly isDirect: boolean }>>;
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

type Described = Pick<APIChannel, 'id'> & {
  readonly parent_id?: string | null;
  readonly last_message_id?: string | null;
};

/** Of so many channels we know what was said last. */
const MOST_KNOWN = 50;
/** So many are looked through after we were away. */
const MOST_LOOKED = 200;
const ATTEMPTS = 6;
/** A connection may be dead for a while before that shows. What was told to us all the same is known again. */
const UNNOTICED_MS = 60_000;

/** Reads what was said to the bot while it was away and Discord did not tell it again, and acts on it or admits it. */
export function createCatchUp(options: Options) {
  const { api, times, log, inbound, signal, heardIn, takenIn, ownedUp, admit } = options;
  const channels = new BoundedMap<Known>(MOST_KNOWN);
  let gap: Gap | null = null;
  let lostAt: number | null = null;
  let isFirst = true;
  let user = '';

  async function look(channel: string, known: Known, gap: Gap): Promise<void> {
    const { from, isGuess, looked } = gap;
    if (looked.has(channel) || looked.size >= MOST_LOOKED) return;
    looked.add(channel);
    const failure = await persist(channelName(known.guild, channel), () => read(channel, known, gap));
    if (!failure || signal.aborted) return;
    log.warn(`${failure.message}; what was said there while we were away is not known`);
    const away = isGuess ? 'I was started anew' : `I was away since ${instant(from)}`;
    await own(channel, known, `${away} and cannot read what was said here meanwhile.`);
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

  async function read(channel: string, known: Known, { from, isGuess }: Gap): Promise<void> {
    const oldest = Date.now() - times.catchUp;
    const late: string[] = [];
    const { messages, isAll } = await readBack(api, channel, known.last);
    for (const message of messages) {
      const said: Said = { ...message, guild_id: known.guild };
      const at = Date.parse(message.timestamp);
      if (at < from - UNNOTICED_MS) continue;
      if (at >= oldest) inbound.take(said, user, { late: true });
      else if (inbound.commandOf(said, user) !== null) late.push(said.id);
    }
    await ownLate(channel, known, late);
    // A new process looks far back, and the one before it has heard most of that.
    if (!isAll && !isGuess)
      await own(channel, known, 'I was away, and more was said here meanwhile than I can read again.');
  }

  /** Of what is too old to be acted on, what nobody has acted on; said in answer to the last of it. */
  async function ownLate(channel: string, known: Known, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const taken = await takenIn(ids).catch((error: Error) => {
      log.warn(`${NAME}: whether what was said before was acted on is not known: ${error.message}`);
      return null;
    });
    const missed = ids.filter((id) => !taken?.has(id));
    const last = missed.at(-1);
    if (last === undefined) return;
    const more = missed.length - 1;
    const these = more > 0 ? `when this was said, and ${more} more before it,` : 'when this was said,';
    const text = taken
      ? `I was away ${these} and have not acted on ${more > 0 ? 'them' : 'it'}.`
      : `I was away, and may not have acted on this${more > 0 ? ` and ${more} more before it` : ''}.`;
    if (!(await own(channel, known, text, last)) || !taken) return;
    const name = channelName(known.guild, channel);
    await ownedUp(missed.map((id) => ({ id, channel: name }))).catch((error: Error) =>
      log.warn(`${name}: the next start may say again that it was away: ${error.message}`),
    );
  }

  /** Admits that something may be lost, where somebody may wait for it. Returns whether that was said. */
  async function own(channel: string, known: Known, text: string, message?: string): Promise<boolean> {
    if (!known.addressed && message === undefined) return false;
    const name = channelName(known.guild, channel);
    const line = `${text} Say it again if you wait for an answer.`;
    const failure = await persist(name, () => admit(name, line, message));
    if (failure && !signal.aborted) log.warn(failure.message);
    return !failure;
  }

  async function spokenToLately(): Promise<ReadonlyMap<string, { readonly isDirect: boolean }>> {
    const names = await heardIn().catch((error: Error) => {
      if (!signal.aborted)
        log.warn(
          `${NAME}: what was said to us while we were away is not all looked for, people have to say it again: ${error.message}`,
        );
      return [];
    });
    return new Map(
      names.flatMap((name) => {
        const id = channelIdOf(name);
        return id === null ? [] : [[id, { isDirect: isDirect(name) }] as const];
      }),
    );
  }

  /** Discord tells of no direct messages when we connect: who wrote to earlier processes is looked at. */
  async function lookAtDirect(current: Gap): Promise<void> {
    const last = snowflakeAt(current.from - UNNOTICED_MS);
    for (const [channel, { isDirect: isPrivate }] of await current.spokenIn) {
      if (!isPrivate || signal.aborted) continue;
      const known = { guild: undefined, last, addressed: true };
      if (!channels.get(channel)) channels.set(channel, known);
      void look(channel, known, current);
    }
  }

  /** What Discord tells of a guild shows in which of its channels something was said since. */
  async function lookInGuild(guild: string, all: readonly Described[], current: Gap): Promise<void> {
    const spokenIn = await current.spokenIn;
    if (signal.aborted || gap !== current) return;
    for (const { id, parent_id, last_message_id: newest } of all) {
      const isSpokenIn = spokenIn.has(id) || spokenIn.has(parent_id ?? '');
      // Where nobody spoke to an earlier process, only what can still be acted on is looked for.
      const isFar = !current.isGuess || isSpokenIn;
      const after = snowflakeAt(isFar ? current.from - UNNOTICED_MS : Date.now() - times.catchUp);
      if (!newest || !isNewer(newest, after)) continue;
      const known = channels.get(id);
      const last = current.isGuess ? after : (known?.last ?? after);
      void look(id, { guild, last, addressed: isSpokenIn || known?.addressed === true }, current);
    }
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
      const current: Gap = {
        from: isFirst ? Date.now() - times.lookBack : (lostAt ?? Date.now()),
        isGuess: isFirst,
        spokenIn: isFirst ? spokenToLately() : Promise.resolve(new Map()),
        guilds: new Set(session.guilds),
        looked: new Set(),
      };
      gap = current;
      void lookAtDirect(current);
      isFirst = false;
      lostAt = null;
      for (const channel of channels.keys()) {
        const known = channels.get(channel);
        if (known) void look(channel, known, current);
      }
    },
    guild({ id, channels: all = [], threads = [] }: Partial<GatewayGuildCreateDispatchData>): void {
      if (gap && id !== undefined && gap.guilds.delete(id)) void lookInGuild(id, [...all, ...threads], gap);
    },
  };
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
