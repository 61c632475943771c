import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Adapter, type IncomingMessage, SendError, type ServicePace } from '../adapter.ts';
import { clientOptions, createApi } from './api.ts';
import { createBelow } from './below.ts';
import {
  defaultTimes,
  type SlackConfig,
  SlackConfigError,
  type SlackOptions,
  type SlackTimes,
} from './config.ts';
import { codeOf, isRefusedToken } from './errors.ts';
import { createForm } from './form.ts';
import { createHome } from './home.ts';
import { type HandOver, handOver, type Us } from './incoming.ts';
import { createListeners } from './listeners.ts';
import { knowPeople } from './people.ts';
import { createPost } from './post.ts';
import { rememberPosted } from './posted.ts';
import { takeRequests } from './requests.ts';
import { createResponses } from './responses.ts';
import { type First, keepSockets } from './sockets.ts';
import { inTurn } from './turns.ts';

export interface SlackAdapter extends Adapter {
  /**
   * Takes Slack's HTTP requests to `/slack/events`, with their bodies unread. There where Slack reaches us by HTTP and the
   * configuration names no address of our own to listen on.
   */
  readonly requests?: RequestListener;
}

/**
 * About one post a second in each channel, some more at once; edits are Tier 3, 50 in any minute in the workspace: those at once,
 * those that follow, and half a dozen that nobody counts (an edit that is refused and goes as plain text; a board that is found again and changed).
 */
const PACE: ServicePace = {
  posts: { burst: 5, perSecond: 1 },
  edits: { burst: 6, perSecond: 38 / 60 },
};
const SILENT = { info() {}, warn() {}, error() {} };

/**
 * One Slack workspace. Its name is `slack:TEAM`; Slack tells which team the token belongs to, until then it is `slack`.
 * `start` rejects with a {@link SlackConfigError} for what only the configuration can mend.
 */
export function createSlackAdapter(config: SlackConfig, options: SlackOptions = {}): SlackAdapter {
  const { log = SILENT, guide } = options;
  const times: SlackTimes = { ...defaultTimes, ...options.times };
  const stopping = new AbortController();
  const stopped = stopping.signal;
  const client = clientOptions(config, times, stopped);
  const api = createApi(config.botToken, client);
  const responses = createResponses(times.request, stopped);
  const posted = rememberPosted(api, () => us ?? { user: '', bot: '' }, log);
  const below = createBelow(api, guide, log, stopped);
  const showHome = guide && createHome(api, guide, () => us?.team ?? '');
  const post = createPost({ api, posted, below, responses, showHome, log });
  const http = config.appToken || !config.signingSecret ? undefined : takeRequests(config.signingSecret, log);
  const sockets = config.appToken
    ? keepSockets({ appToken: config.appToken, count: config.sockets, client, times, log, stopped })
    : undefined;
  const inChannel = inTurn();
  let us: Us | undefined;
  let hear: HandOver | undefined;
  let running: Promise<void> | undefined;
  let started: Promise<void> | undefined;
  let halted: Promise<void> | undefined;

  /** Who the token makes us; undefined when there is nobody to be any more. */
  async function introduce(first: First): Promise<Us | undefined> {
    for (let failures = 0; !stopped.aborted; failures++) {
      try {
        const { team_id, user_id, bot_id, team } = await api.call('auth.test', 'logging in', (web) =>
          web.auth.test(),
        );
        log.info(`slack: logged in to ${team ?? team_id}`);
        return { team: team_id ?? '', user: user_id ?? '', bot: bot_id ?? '' };
      } catch (error) {
        const refused = refusedToken(error);
        if (failures === 0 && refused && first.failed(refused)) return undefined;
        const delay = refused ? times.refused : Math.min(times.backoffMax, times.backoff * 2 ** failures);
        const why = refused ?? (error as Error);
        log.warn(`${why.message}; trying again in ${Math.ceil(delay / 1_000)} s`);
        first.ready();
        await pause((error as SendError).retryAfter ?? delay, undefined, { signal: stopped }).catch(() => {});
      }
    }
    return undefined;
  }

  async function run(receive: (message: IncomingMessage) => void, first: First): Promise<void> {
    const me = await introduce(first);
    if (!me) return first.ready();
    us = me;
    hear = handOver(me, knowPeople(api, times.name), receive, log);
    const app = createListeners({
      us: me,
      api,
      receiver: http?.receiver ?? { init() {}, start: async () => {}, stop: async () => {} },
      hear,
      form: guide && createForm(api, guide, log),
      showHome,
      log,
    });
    if (sockets) return sockets.start(app, first);
    http?.open();
    first.ready();
  }

  /** The id of a channel of ours, when there is a connection to send by. */
  function channelOf(channel: string): string {
    if (halted) throw new SendError(`${channel}: the adapter is stopped`, { retryable: true });
    const isOurs = us ? channel.startsWith(`slack:${us.team}/`) : channel.startsWith('slack:');
    const id = /^slack:[^\s/]+\/([^\s/]+)$/.exec(channel)?.[1];
    if (!isOurs || id === undefined) {
      throw new SendError(`${channel} is no channel of ${nameOf(us)}`, { retryable: false });
    }
    if (!us) throw new SendError(`${channel}: not logged in to Slack yet`, { retryable: true });
    return id;
  }

  function halt(): Promise<void> {
    halted ??= (async () => {
      await Promise.race([inChannel.idle(), pause(times.drain, undefined, { ref: false })]);
      stopping.abort();
      await http?.close();
      await running?.catch(() => {});
      await sockets?.ended();
      await inChannel.idle();
      // Slack will not tell again what it saw acknowledged; nobody waits for names any more.
      await hear?.idle();
    })();
    return halted;
  }

  return {
    get name() {
      return nameOf(us);
    },
    features: { edit: true, rich: true, pace: PACE },
    ...(http && !config.events ? { requests: http.handle } : {}),
    start(receive) {
      if (halted) return Promise.reject(new Error(`${nameOf(us)} was stopped; create a new adapter`));
      started ??= (async () => {
        if (config.events) await http?.listen(config.events);
        await new Promise<void>((resolve, reject) => {
          let isWaiting = true;
          const first: First = {
            ready() {
              isWaiting = false;
              resolve();
            },
            failed(error) {
              reject(error);
              return isWaiting;
            },
          };
          running = run(receive, first);
          running.catch(reject);
        });
      })().catch(async (error: unknown) => {
        await halt();
        throw error;
      });
      return started;
    },
    async send(channel, message, how = {}) {
      const id = channelOf(channel);
      return { channel, id: await inChannel(id, () => post.send(id, message, how)) };
    },
    async edit({ channel, id: ts }, message) {
      const id = channelOf(channel);
      await inChannel(id, () => post.edit(id, ts, message));
    },
    stop: halt,
  };
}

function nameOf(us: Us | undefined): string {
  return us ? `slack:${us.team}` : 'slack';
}

function refusedToken(error: unknown): SlackConfigError | null {
  if (!isRefusedToken(error)) return null;
  const why = `Slack refuses it (${codeOf(error)}): take it from OAuth & Permissions, where the app was installed`;
  return new SlackConfigError('botToken', why, { cause: error });
}
