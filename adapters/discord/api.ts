import { setMaxListeners } from 'node:events';
import { type RawFile, REST, RequestMethod, type RouteLike } from 'discord.js';
import { discordAgent } from './agent.ts';
import type { DiscordConfig, DiscordTimes } from './config.ts';
import { longestWait } from './errors.ts';

export interface ApiRequest {
  readonly method: keyof typeof RequestMethod;
  readonly route: RouteLike;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly files?: readonly RawFile[];
  /** False where the route's own token is enough: interactions. */
  readonly auth?: false;
}

/** Discord's HTTP API: waits for rate limits as the answers' headers say, and tries again what the network lost. */
export interface Api {
  /** Rejects with discord.js's errors; `sendError` tells what they mean. */
  request(request: ApiRequest): Promise<unknown>;
  /** Gives up what is on its way or waiting. */
  stop(): void;
}

export function createApi(config: DiscordConfig, times: DiscordTimes): Api {
  const inFlight = new Set<AbortController>();
  let stopped = false;
  const rest = new REST({
    api: config.apiUrl,
    version: '10',
    agent: discordAgent,
    rejectOnRateLimit: (limit) => stopped || longestWait(limit) > times.rateLimit,
  });

  return {
    async request({ method, route, query, body, files, auth }) {
      // The library forgets a token that was refused once; it may have been a proxy that refused it.
      rest.setToken(config.token);
      const controller = new AbortController();
      // The library adds one at every attempt.
      setMaxListeners(0, controller.signal);
      inFlight.add(controller);
      if (stopped) controller.abort();
      try {
        return await rest.request({
          method: RequestMethod[method],
          fullRoute: route,
          signal: controller.signal,
          ...(query ? { query: new URLSearchParams(query) } : {}),
          ...(body === undefined ? {} : { body }),
          ...(files?.length ? { files: [...files] } : {}),
          ...(auth === false ? { auth } : {}),
        });
      } finally {
        inFlight.delete(controller);
      }
    },
    stop() {
      stopped = true;
      for (const controller of inFlight) controller.abort();
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
    },
  };
}
