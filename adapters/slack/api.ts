import { type Logger, LogLevel, webApi } from '@slack/bolt';
import { SendError } from '../adapter.ts';
import type { SlackConfig, SlackTimes } from './config.ts';
import { sendError } from './errors.ts';

export type Client = InstanceType<typeof webApi.WebClient>;

/** The Web API, with its limits kept. */
export interface Api {
  readonly client: Client;
  /**
   * Makes a request. After Slack asked for a pause, further requests with the same `limit` fail at once until it is over: asking
   * on would prolong it. Rejects with a SendError that says `what` was tried.
   */
  call<T>(limit: string, what: string, request: (client: Client) => Promise<T>): Promise<T>;
}

/** How our requests are made: no retries of the library's own, as the outbox decides about them. */
export function clientOptions(config: SlackConfig, times: SlackTimes, stopped: AbortSignal) {
  return {
    slackApiUrl: config.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: times.request,
    allowAbsoluteUrls: false,
    fetch: (url: string | URL | Request, init?: RequestInit) =>
      fetch(url, { ...init, signal: AbortSignal.any([stopped, ...(init?.signal ? [init.signal] : [])]) }),
  };
}

export type ClientOptions = ReturnType<typeof clientOptions>;

export function createApi(token: string, options: ClientOptions): Api {
  const client = new webApi.WebClient(token, { ...options, logger: silent });
  const pausedUntil = new Map<string, number>();

  return {
    client,
    async call(limit, what, request) {
      const pause = (pausedUntil.get(limit) ?? 0) - Date.now();
      if (pause > 0) {
        const why = `${what}: Slack asked for a pause, of which ${Math.ceil(pause / 1_000)} s are left`;
        throw new SendError(why, { retryable: true, retryAfter: pause });
      }
      pausedUntil.delete(limit);
      try {
        return await request(client);
      } catch (cause) {
        const error = sendError(what, cause);
        if (error.retryAfter !== undefined) pausedUntil.set(limit, Date.now() + error.retryAfter);
        throw error;
      }
    },
  };
}

/** The library tells of every failed request; so do we, where we know what it was for. */
export const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};
