import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type APIChannel,
  type APIInteraction,
  GatewayDispatchEvents as Dispatch,
  type GatewayGuildCreateDispatchData,
  type GatewayThreadListSyncDispatchData,
} from 'discord.js';
import { type Adapter, type IncomingMessage, SendError } from '../adapter.ts';
import { createAnswers } from './answers.ts';
import { createApi } from './api.ts';
import { createCatchUp } from './catch-up.ts';
import { type DiscordConfig, type DiscordOptions, type DiscordTimes, defaultTimes } from './config.ts';
import { sendError } from './errors.ts';
import { createGateway, type Session } from './gateway.ts';
import { createInbound, type Said } from './inbound.ts';
import { channelIn, createInteractions } from './interactions.ts';
import { commandMenu } from './menu.ts';
import { channelIdOf, channelName, NAME } from './names.ts';
import { createOutbound } from './outbound.ts';
import { createPlaces } from './places.ts';
import { registerMenu } from './registration.ts';
import { createButtons } from './render/buttons.ts';
import { writeReplyTo } from './reply-to.ts';

const SILENT = { info() {}, warn() {}, error() {} };

/**
 * One Discord application in all of its guilds: mentions, direct messages, the command menu and buttons. Needs no privileged
 * intent. `start` rejects with a {@link DiscordConfigError} for what only the configuration can mend.
 */
export function createDiscordAdapter(config: DiscordConfig, options: DiscordOptions = {}): Adapter {
  const { guide, log = SILENT } = options;
  const times: DiscordTimes = { ...defaultTimes, ...options.times };
  const api = createApi(config, times);
  const places = createPlaces(api);
  const buttons = createButtons();
  const answers = createAnswers(api);
  const outbound = createOutbound({ api, places, answers, buttons, guide, log });
  const stopping = new AbortController();
  // Many channels may be waiting to be caught up with.
  setMaxListeners(0, stopping.signal);
  let deliver: (message: IncomingMessage) => void = () => {};
  let user = '';
  let isRegistered = false;
  let registering: Promise<void> = Promise.resolve();
  let running: Promise<void> | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  function receive(message: IncomingMessage): void {
    if (stopped) return;
    try {
      deliver(message);
    } catch (error) {
      log.error(`${NAME}: could not act on message ${message.id} in ${message.channel}: ${error}`);
    }
  }

  const verbs = new Set(guide?.commands.map(({ verb }) => verb));
  const inbound = createInbound(places, verbs, receive);
  const interactions = createInteractions({
    api,
    places,
    buttons,
    guide,
    log,
    acknowledging: answers.acknowledging,
    receive,
  });

  /** Says a line of the connection's own. */
  async function admit(channel: string, text: string, answered?: string): Promise<void> {
    const id = channelIdOf(channel) ?? '';
    const replyTo =
      answered === undefined
        ? {}
        : { replyTo: writeReplyTo({ kind: 'message', channel: id, message: answered }) };
    // Said once, however often it takes to be said.
    const key = `${channel} ${answered} ${text}`;
    await outbound.send(channel, { kind: 'notice', text }, { ...replyTo, key });
  }

  const catchUp = createCatchUp({
    ...{ api, times, log, inbound, admit, signal: stopping.signal },
    heardIn: async () => (await guide?.heardIn(NAME)) ?? [],
    takenIn: async (ids) => (await guide?.received(NAME, ids)) ?? new Set(),
    ownedUp: async (messages) => guide?.ownedUp(NAME, messages),
  });

  function heard(said: Said): void {
    const isForUs = inbound.take(said, user);
    catchUp.heard(said.guild_id, said.channel_id, said.id, isForUs);
    if (!isForUs && inbound.isHidden(said)) {
      const text =
        'Discord does not show me what mentions my role. Mention me as a member, or use /deployday.';
      admit(channelName(said.guild_id, said.channel_id), text, said.id).catch((error: Error) =>
        log.warn(error.message),
      );
    }
  }

  async function register({ application }: Session): Promise<void> {
    if (!guide || isRegistered) return;
    try {
      if (await registerMenu(api, application, commandMenu(guide.commands)))
        log.info(`${NAME}: the command menu is registered`);
      isRegistered = true;
    } catch (error) {
      if (!stopped)
        log.warn(
          sendError(`${NAME}: the command menu could not be registered, mentions work`, error).message,
        );
    }
  }

  const gateway = createGateway(config, times, log, {
    ready(session) {
      user = session.user;
      catchUp.ready(session);
      registering = registering.then(() => register(session));
    },
    resumed: catchUp.resumed,
    lost: catchUp.lost,
    events: {
      [Dispatch.MessageCreate]: heard,
      [Dispatch.InteractionCreate](interaction: APIInteraction) {
        interactions(interaction);
        const channel = channelIn(interaction);
        if (channel !== undefined) catchUp.heard(interaction.guild_id, channel, interaction.id, true);
      },
      [Dispatch.GuildCreate](guild: GatewayGuildCreateDispatchData) {
        places.noteGuild(guild, user);
        catchUp.guild(guild);
      },
      [Dispatch.ChannelCreate]: (channel: APIChannel) => void places.note(channel),
      [Dispatch.ChannelUpdate]: (channel: APIChannel) => void places.note(channel),
      [Dispatch.ChannelDelete]: ({ id }: APIChannel) => places.forget(id),
      [Dispatch.ThreadCreate]: (thread: APIChannel) => void places.note(thread),
      [Dispatch.ThreadUpdate]: (thread: APIChannel) => void places.note(thread),
      [Dispatch.ThreadDelete]: ({ id }: APIChannel) => places.forget(id),
      [Dispatch.ThreadListSync]: (list: GatewayThreadListSyncDispatchData) => places.noteThreads(list),
    },
  });

  function checkRunning(channel: string): void {
    if (started && !stopped) return;
    throw new SendError(`${channel}: the adapter is not running`, { retryable: true });
  }

  return {
    name: NAME,
    features: { edit: true, rich: true },
    start(receiver) {
      if (stopped) return Promise.reject(new Error(`${NAME} was stopped; create a new adapter`));
      started ??= new Promise<void>((resolve, reject) => {
        deliver = receiver;
        running = gateway.run(resolve, reject);
      }).then(() => registering);
      return started;
    },
    async send(channel, message, how) {
      checkRunning(channel);
      return outbound.send(channel, message, how);
    },
    async edit(ref, message) {
      checkRunning(ref.channel);
      return outbound.edit(ref, message);
    },
    stop() {
      stopped ??= (async () => {
        const patience = new AbortController();
        await Promise.race([
          outbound.over(),
          pause(times.drain, undefined, { signal: patience.signal }).catch(() => {}),
        ]);
        patience.abort();
        stopping.abort();
        api.stop();
        await gateway.stop();
        await Promise.all([running, registering, outbound.over()]);
      })();
      return stopped;
    },
  };
}
