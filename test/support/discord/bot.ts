import type { Adapter, IncomingMessage } from '../../../adapters/adapter.ts';
import { createDiscordAdapter } from '../../../adapters/discord/adapter.ts';
import type { DiscordOptions } from '../../../adapters/discord/config.ts';
import { until } from '../until.ts';
import { type Discord, startDiscord } from './server.ts';

/** The adapter under test, connected to a Discord of its own, and what it handed on and logged. */
export interface Bot {
  readonly discord: Discord;
  readonly adapter: Adapter;
  readonly received: IncomingMessage[];
  readonly logged: string[];
  /** Waits until so many messages were handed on, and returns the last of them. */
  got(count: number): Promise<IncomingMessage>;
  end(): Promise<void>;
}

/** Short where Discord's own pauses do not matter. */
export const TIMES = { backoff: 20, backoffMax: 200, catchUpRetry: 20, drain: 4_000 };

export async function startBot(
  options: DiscordOptions & { readonly discord?: Discord; readonly heartbeat?: number } = {},
): Promise<Bot> {
  const { heartbeat, discord: given, ...rest } = options;
  const discord = given ?? (await startDiscord(heartbeat === undefined ? {} : { heartbeat }));
  const { adapter, logged } = createBot(discord, rest);
  const received: IncomingMessage[] = [];
  await adapter.start((message) => received.push(message));
  return {
    discord,
    adapter,
    received,
    logged,
    async got(count) {
      await until(() => received.length >= count, {
        what: `${count} messages; there are ${JSON.stringify(received, null, 2)}\n${logged.join('\n')}`,
      });
      return received[count - 1] as IncomingMessage;
    },
    async end() {
      await adapter.stop();
      await discord.end();
    },
  };
}

/** An adapter that is not started yet. */
export function createBot(
  discord: Discord,
  options: DiscordOptions = {},
): { adapter: Adapter; logged: string[] } {
  const logged: string[] = [];
  const note = (line: string) => void logged.push(line);
  const adapter = createDiscordAdapter(
    { token: discord.token, apiUrl: discord.apiUrl },
    { log: { info: note, warn: note, error: note }, ...options, times: { ...TIMES, ...options.times } },
  );
  return { adapter, logged };
}
