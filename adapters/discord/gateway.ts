import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  GatewayDispatchEvents as Dispatch,
  Events,
  GatewayCloseCodes,
  type GatewayReadyDispatchData,
  GatewayIntentBits as Intents,
  Options,
  RateLimitError,
} from 'discord.js';
import { discordAgent } from './agent.ts';
import { type DiscordConfig, DiscordConfigError, type DiscordTimes, type Log } from './config.ts';
import { connectError } from './connect-error.ts';
import { longestWait } from './errors.ts';
import { NAME } from './names.ts';
import { endableStrategy } from './strategy.ts';

/** Who we are on Discord. */
export interface Session {
  readonly user: string;
  readonly application: string;
  readonly guilds: readonly string[];
}

export interface GatewayHandlers {
  /** A new session: what happened before it is not told again. */
  ready(session: Session): void;
  /** The session goes on: what was missed is told now. */
  resumed(): void;
  /** The connection is gone, for now. */
  lost(): void;
  /** By Discord's own names. */
  readonly events: Readonly<Record<string, (data: never) => void>>;
}

/** No privileged intent: messages that mention us, direct messages and interactions come with their content all the same. */
const INTENTS = [Intents.Guilds, Intents.GuildMessages, Intents.DirectMessages];

/** Keeps connected to the gateway, which tells what people do. discord.js resumes and reconnects; this begins, supervises and ends it. */
export function createGateway(
  config: DiscordConfig,
  times: DiscordTimes,
  log: Log,
  handlers: GatewayHandlers,
) {
  const stopping = new AbortController();
  let end: () => Promise<void> = async () => {};

  /** Lives through one client; resolves with why it ended for good. `tried` is called when it is connected, or was refused once. */
  async function connectOnce(tried: () => void): Promise<Error> {
    const strategy = endableStrategy();
    const over = new AbortController();
    const client = new Client({
      intents: INTENTS,
      rest: {
        api: config.apiUrl,
        version: '10',
        agent: discordAgent,
        rejectOnRateLimit: (limit) => longestWait(limit) > times.rateLimit,
      },
      ws: { buildStrategy: strategy.build },
      // We read what Discord sends ourselves; what the client would keep of it only takes memory.
      makeCache: Options.cacheWithLimits({
        ...Options.DefaultMakeCacheSettings,
        MessageManager: 0,
        ReactionManager: 0,
        ThreadMemberManager: 0,
        UserManager: 100,
        GuildMemberManager: 100,
      }),
      waitGuildTimeout: 1_000,
    });
    let away = false;
    const back = (how: string): void => {
      log.info(`${NAME}: ${how}`);
      away = false;
      tried();
    };

    const failed = new Promise<Error>((resolve) => {
      client.ws.on(Dispatch.Ready, ({ user, application, guilds }: GatewayReadyDispatchData) => {
        guarded(Dispatch.Ready, () =>
          handlers.ready({
            user: user.id,
            application: application.id,
            guilds: guilds.map(({ id }) => id),
          }),
        );
        back(`connected to ${config.apiUrl} as ${user.username}`);
      });
      client.ws.on(Dispatch.Resumed, () => {
        guarded(Dispatch.Resumed, handlers.resumed);
        back('connected again, nothing was missed');
      });
      for (const [event, handle] of Object.entries(handlers.events)) {
        client.ws.on(event as Dispatch, (data) => {
          if (!over.signal.aborted) guarded(event, () => handle(data as never));
        });
      }
      client.on(Events.ShardReconnecting, () => {
        if (!away && !over.signal.aborted) {
          log.warn(`${NAME}: the connection is gone, connecting again`);
          handlers.lost();
        }
        away = true;
        tried();
      });
      client.on(Events.ShardDisconnect, ({ code }) => resolve(connectError(config, closed(code))));
      client.on(Events.ShardError, (error) => {
        if (!over.signal.aborted) log.warn(`${NAME}: ${error.message}`);
      });
      client.on(Events.Error, (error) => log.error(`${NAME}: ${error.stack}`));
      stopping.signal.addEventListener('abort', () => resolve(new Error('stopped')), { signal: over.signal });
      // The gateway's own word comes first: a login that it refused fails as well.
      client.login(config.token).catch((error: Error) => setImmediate(resolve, connectError(config, error)));
    });
    end = async () => {
      over.abort();
      const hangUp = await strategy.end();
      const parted = new AbortController();
      const patience = pause(times.drain / 4, undefined, { signal: parted.signal }).catch(() => {});
      // The goodbye of a connection that was still being made is never answered.
      await Promise.race([client.destroy(), patience]);
      parted.abort();
      hangUp();
    };
    const error = await failed;
    await end();
    return error;
  }

  /** An error in here would end the process: the library does not expect one. */
  function guarded(event: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      log.error(`${NAME}: ${event} could not be acted on: ${(error as Error).stack}`);
    }
  }

  return {
    /** Connects until `stop`. `tried` tells that the first attempt is over, `refused` that it was refused and there is no other. */
    async run(tried: () => void, refused: (error: Error) => void): Promise<void> {
      let isStarted = false;
      const started = (): void => {
        isStarted = true;
        tried();
      };
      const patience = setTimeout(started, times.connect);
      stopping.signal.addEventListener('abort', () => clearTimeout(patience));
      for (let failures = 0; !stopping.signal.aborted; ) {
        const since = Date.now();
        const error = await connectOnce(started);
        if (stopping.signal.aborted) return;
        const isFinal = error instanceof DiscordConfigError;
        if (isFinal && !isStarted) {
          clearTimeout(patience);
          return refused(error);
        }
        handlers.lost();
        if (Date.now() - since > times.backoffMax) failures = 0;
        const asked = error.cause instanceof RateLimitError ? longestWait(error.cause) : 0;
        const delay = isFinal ? times.refused : Math.max(asked, backoff(times, failures++));
        log[isFinal ? 'error' : 'warn'](
          `${NAME}: ${error.message}; connecting again in ${Math.ceil(delay / 1000)} s`,
        );
        started();
        await pause(delay, undefined, { signal: stopping.signal }).catch(() => {});
      }
    },
    async stop(): Promise<void> {
      stopping.abort();
      await end();
    },
  };
}

/** Between half and all of the doubling pause, so that many bots do not come back in step. */
function backoff(times: DiscordTimes, failures: number): number {
  return Math.min(times.backoffMax, times.backoff * 2 ** failures) * (0.5 + Math.random() / 2);
}

/** A close code as an error that names it. */
function closed(code: number): Error & { code: number } {
  return Object.assign(new Error(`the gateway closed with ${code} ${GatewayCloseCodes[code] ?? ''}`.trim()), {
    code,
  });
}
