import type { Guide, IncomingMessage } from '../../../adapters/adapter.ts';
import { createSlackAdapter, type SlackAdapter } from '../../../adapters/slack/adapter.ts';
import type { SlackConfig, SlackTimes } from '../../../adapters/slack/config.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack } from './server.ts';

/** An adapter for the stand-in, with short pauses, and what it heard and told. */
export function createBot(
  slack: FakeSlack,
  options: { config?: Partial<SlackConfig>; times?: Partial<SlackTimes>; guide?: Guide } = {},
) {
  const heard: IncomingMessage[] = [];
  const told: string[] = [];
  const tell = (line: string): void => void told.push(line);
  const adapter: SlackAdapter = createSlackAdapter(
    { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1, ...options.config },
    {
      log: { info: () => {}, warn: tell, error: tell },
      times: { backoff: 20, backoffMax: 100, ...options.times },
      ...(options.guide ? { guide: options.guide } : {}),
    },
  );
  return {
    adapter,
    heard,
    told,
    start: (): Promise<void> =>
      adapter.start((message) => {
        heard.push(message);
        slack.workspace.changed();
      }),
    /** Resolves to what was heard once it is so many messages. */
    hears: (count: number): Promise<IncomingMessage[]> =>
      slack.workspace.until(() => (heard.length >= count ? heard : null), `${count} messages to the bot`),
  };
}

export type Bot = ReturnType<typeof createBot>;
