import { setTimeout as pause } from 'node:timers/promises';
import { type App, SocketModeReceiver, webApi } from '@slack/bolt';
import { type ClientOptions, silent } from './api.ts';
import { type Log, SlackConfigError, type SlackTimes } from './config.ts';
import { isRefusedToken, whyUnreachable } from './errors.ts';

export interface SocketsOptions {
  readonly appToken: string;
  /** How many to hold at once. */
  readonly count: number;
  readonly client: ClientOptions;
  readonly times: SlackTimes;
  readonly log: Log;
  readonly stopped: AbortSignal;
}

/** Longest that a socket may have lived when its end still counts as one more failure in a row. */
const SHORT_LIFE = 10_000;

/**
 * Keeps sockets to Slack open until `stopped`. Slack replaces each of its own accord every few hours and says so first: then
 * the next one is opened at once, without waiting for the old one to close. Bolt's own reconnecting is off: it waits
 * five seconds first, gives up for good on a network fault, and goes on connecting after it was told to stop.
 */
export function keepSockets({ appToken, count, client, times, log, stopped }: SocketsOptions) {
  const running = new Set<Promise<void>>();

  function track(task: Promise<void>): void {
    running.add(task);
    task.finally(() => running.delete(task));
  }

  async function keep(app: App, first: First): Promise<void> {
    let failures = 0;
    for (let attempt = 0; !stopped.aborted; attempt++) {
      const since = Date.now();
      const why = await oneSocket(app, first.ready);
      if (stopped.aborted) break;
      const isOld = Date.now() - since > SHORT_LIFE;
      if (why === 'refresh' && isOld) continue;
      if (attempt === 0 && why !== 'refresh' && isRefusedToken(why) && first.failed(refused(why))) return;
      failures = isOld ? 1 : failures + 1;
      const delay = pauseAfter(why, failures);
      if (why !== 'refresh') {
        const what = isRefusedToken(why) ? refused(why).message : reasonOf(why);
        log.warn(`slack: no socket: ${what}; connecting again in ${Math.ceil(delay / 1_000)} s`);
      }
      first.ready();
      await pause(delay, undefined, { signal: stopped }).catch(() => {});
    }
    first.ready();
  }

  /** Lives through one socket and tells why it ended: Slack wants another one in its place, or an error. */
  async function oneSocket(app: App, ready: () => void): Promise<'refresh' | Error> {
    /** Set while the socket is open: then Bolt warns only when its pings are not answered. It would wait on for half a minute. */
    let warned: ((why: Error) => void) | undefined;
    const receiver = new SocketModeReceiver({
      appToken,
      logger: { ...silent, warn: (why: unknown) => warned?.(new Error(String(why))) },
      autoReconnectEnabled: false,
      clientPingTimeout: times.silence,
      installerOptions: { clientOptions: client },
    });
    receiver.init(app);
    const socket = receiver.client;
    const over = new AbortController();
    const why = await new Promise<'refresh' | Error>((end) => {
      const lost = (): void => end(new Error('the connection was lost'));
      const tooLate = setTimeout(() => end(new Error('Slack did not say hello')), times.connectWithin);
      over.signal.addEventListener('abort', () => clearTimeout(tooLate));
      stopped.addEventListener('abort', lost, { signal: over.signal });
      socket.on('ws_message', (data: unknown) => {
        const reason = goodbye(data);
        if (reason === 'warning' || reason === 'refresh_requested') end('refresh');
        else if (reason !== null) end(new Error(GOODBYES[reason] ?? `Slack closed it: ${reason}`));
      });
      socket.on('disconnected', lost);
      receiver.start().then(
        () => {
          clearTimeout(tooLate);
          warned = end;
          ready();
        },
        (error: unknown) => (error instanceof Error ? end(error) : lost()),
      );
    });
    over.abort();
    track(close(socket));
    return why;
  }

  /** Says goodbye; a second call ends the socket without waiting any longer for Slack to do its part. */
  async function close(socket: SocketModeReceiver['client']): Promise<void> {
    const closed = socket.disconnect();
    const isClosed = await Promise.race([closed.then(() => true), pause(times.drain, false, { ref: false })]);
    if (!isClosed) await socket.disconnect();
  }

  function pauseAfter(why: 'refresh' | Error, failures: number): number {
    if (isRefusedToken(why)) return times.refused;
    if (why instanceof webApi.WebAPIRateLimitedError) return why.retryAfter * 1_000;
    // Between half and all of the doubling pause, so that many bots do not come back in step.
    return Math.min(times.backoffMax, times.backoff * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  }

  return {
    start(app: App, first: First): void {
      for (let socket = 0; socket < count; socket++) track(keep(app, first));
    },
    /** Resolves when nothing is left of them, some time after `stopped`. */
    async ended(): Promise<void> {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** What becomes of the first attempt. */
export interface First {
  /** It succeeded, or it failed and is repeated. */
  ready(): void;
  /** Repeating cannot mend it. True: somebody was still waiting for this, and nothing goes on. */
  failed(error: Error): boolean;
}

const GOODBYES: Readonly<Record<string, string>> = {
  link_disabled: 'Socket Mode was turned off for the app: turn it on again under Socket Mode',
  too_many_websockets: 'the app has ten sockets already: does another bot run with the same tokens?',
};

/** The reason in Slack's announcement that it will close the socket; null for every other message. */
function goodbye(data: unknown): string | null {
  if (typeof data !== 'string' || !/"type"\s*:\s*"disconnect"/.test(data)) return null;
  try {
    const { type, reason } = JSON.parse(data) as { type?: unknown; reason?: unknown };
    return type === 'disconnect' ? String(reason ?? 'refresh_requested') : null;
  } catch {
    return null;
  }
}

function refused(why: Error): SlackConfigError {
  const code = why instanceof webApi.WebAPIPlatformError ? why.data.error : why.message;
  return new SlackConfigError(
    'appToken',
    `Slack refuses it (${code}): make one with the scope connections:write under Basic Information, App-Level Tokens`,
    { cause: why },
  );
}

function reasonOf(why: Error): string {
  return why instanceof webApi.WebAPIRequestError ? whyUnreachable(why) : why.message;
}
