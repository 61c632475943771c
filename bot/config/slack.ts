import { z } from 'zod';
import { fields, host, must, whole } from './fields.ts';
import { type Surroundings, secret } from './outside.ts';
import type { SlackConfig } from './types.ts';

const DEFAULT_API = 'https://slack.com/api/';

/** What the environment variables say of Slack; null where one is unset or empty. */
export interface SlackFromEnvironment {
  readonly botToken: string | null;
  readonly appToken: string | null;
  readonly signingSecret: string | null;
  readonly apiUrl: string | null;
}

/** `slack:` in the file. Whether all is there that is needed shows only together with the environment: {@link slackConfig}. */
export function slackSchema(around: Surroundings) {
  return fields(
    {
      botToken: secret(around).optional(),
      appToken: secret(around).optional(),
      signingSecret: secret(around).optional(),
      apiUrl: z.string(must(API_URL)).refine(isApiUrl, must(API_URL)).optional(),
      events: fields({ host: host().default('127.0.0.1'), port: whole(1, 65_535) }).optional(),
      sockets: whole(1, 10).default(1),
    },
    { secret: true },
  );
}

/** File and environment together; the environment wins. Undefined: Slack is not configured. */
export function slackConfig(
  file: z.output<ReturnType<typeof slackSchema>> | undefined,
  env: SlackFromEnvironment,
): { config?: SlackConfig; problems: string[] } {
  const botToken = env.botToken ?? file?.botToken;
  const appToken = env.appToken ?? file?.appToken;
  const signingSecret = env.signingSecret ?? file?.signingSecret;
  if (!file && !botToken && !appToken && !signingSecret) return { problems: [] };

  const problems: string[] = [];
  if (!botToken) {
    problems.push('slack.botToken: is missing: set it in the configuration file, or SLACK_BOT_TOKEN');
  } else if (botToken.startsWith('xapp-')) {
    problems.push('slack.botToken: is the token of the app (xapp-…): the bot token begins with xoxb-');
  }
  if (appToken?.startsWith('xox')) {
    problems.push('slack.appToken: is the token of a bot or user: that of the app begins with xapp-');
  }
  if (!appToken && !signingSecret) {
    problems.push(
      'slack.appToken: is missing: set it or SLACK_APP_TOKEN for Socket Mode, or slack.signingSecret or SLACK_SIGNING_SECRET for HTTP events',
    );
  }
  if (!botToken || problems.length > 0) return { problems };
  const apiUrl = env.apiUrl ?? file?.apiUrl ?? DEFAULT_API;
  return {
    problems,
    config: {
      botToken,
      ...(appToken ? { appToken } : {}),
      ...(signingSecret ? { signingSecret } : {}),
      apiUrl: apiUrl.replace(/\/*$/, '/'),
      ...(file?.events ? { events: file.events } : {}),
      sockets: file?.sockets ?? 1,
    },
  };
}

const API_URL = 'a URL such as https://slack.com/api/, without user, password, ? and #';

export function isApiUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
