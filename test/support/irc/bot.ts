import type { Adapter, IncomingMessage } from '../../../adapters/adapter.ts';
import { createIrcAdapter } from '../../../adapters/irc/adapter.ts';
import type { IrcConfig, IrcOptions, IrcTimes } from '../../../adapters/irc/config.ts';
import { eventually } from './daemon.ts';

/** Pauses short enough for tests. */
export const QUICK: Partial<IrcTimes> = {
  backoff: 50,
  backoffMax: 400,
  rejoin: 30,
  rejoinRefused: 200,
  regain: 100,
  echo: 500,
};

/** The adapter with what came out of it. */
export interface Bot {
  readonly adapter: Adapter;
  readonly received: readonly IncomingMessage[];
  readonly log: readonly string[];
  /** The first message with this text; waits for it. */
  heard(text: string): Promise<IncomingMessage>;
  /** Waits until the log has a line that matches, `times` times. */
  logged(pattern: RegExp, times?: number): Promise<string>;
}

/** Creates the adapter for a test server; start it with `bot.start()`. */
export function createBot(
  server: { host: string; port: number },
  config: Partial<IrcConfig> = {},
  times: Partial<IrcTimes> = {},
  guide?: IrcOptions['guide'],
): Bot & { start(): Promise<void> } {
  const received: IncomingMessage[] = [];
  const log: string[] = [];
  const note = (line: string): void => void log.push(line);
  const adapter = createIrcAdapter(
    {
      network: 'lab',
      host: server.host,
      port: server.port,
      tls: false,
      nick: 'deployday',
      channels: ['#room'],
      identify: 'account',
      linesPerSecond: 50,
      ...config,
    },
    {
      log: { info: note, warn: note, error: note },
      times: { ...QUICK, ...times },
      ...(guide ? { guide } : {}),
    },
  );
  return {
    adapter,
    received,
    log,
    start: () => adapter.start((message) => received.push(message)),
    heard: (text) => eventually(`message "${text}"`, () => received.find((message) => message.text === text)),
    logged: (pattern, count = 1) =>
      eventually(`${count} log lines like ${pattern}`, () => {
        const found = log.filter((line) => pattern.test(line));
        return found.length >= count ? found.at(-1) : undefined;
      }),
  };
}
