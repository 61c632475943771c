import { didYouMean } from '../../engine/blueprint/nearest.ts';
import type { DiscordFromEnvironment } from './discord.ts';
import { isApiUrl, type SlackFromEnvironment } from './slack.ts';
import { LOG_LEVELS, type LogLevel } from './types.ts';
import { isLoopback } from './warnings.ts';

/** What the environment variables say; null where one is unset or empty. */
export interface FromEnvironment {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly port: number | null;
  readonly data: string | null;
  readonly logLevel: LogLevel | null;
  readonly slack: SlackFromEnvironment;
  readonly discord: DiscordFromEnvironment;
}

/** Reads our environment variables; the values are in no problem, they may be secret. */
export function readEnvironment(env: NodeJS.ProcessEnv): {
  values: FromEnvironment;
  problems: string[];
  warnings: string[];
} {
  const problems: string[] = [];
  const given = (name: string) => env[name]?.trim() || null;

  const port = given('PORT');
  if (port !== null && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    problems.push('environment: PORT: must be a whole number from 0 to 65535');
  }
  const databaseUrl = given('DATABASE_URL');
  if (databaseUrl !== null && !isPostgresUrl(databaseUrl)) {
    problems.push(
      'environment: DATABASE_URL: must be a URL such as postgresql://user:password@host:5432/database',
    );
  }
  const logLevel = given('LOG_LEVEL')?.toLowerCase() ?? null;
  const level = LOG_LEVELS.find((known) => known === logLevel) ?? null;
  if (logLevel !== null && level === null) {
    const hint = didYouMean(logLevel, LOG_LEVELS);
    problems.push(`environment: LOG_LEVEL: must be one of ${LOG_LEVELS.join(', ')}${hint}`);
  }
  const slack: SlackFromEnvironment = {
    botToken: given('SLACK_BOT_TOKEN'),
    appToken: given('SLACK_APP_TOKEN'),
    signingSecret: given('SLACK_SIGNING_SECRET'),
    apiUrl: given('SLACK_API_URL'),
  };
  if (slack.apiUrl !== null && !isApiUrl(slack.apiUrl)) {
    problems.push('environment: SLACK_API_URL: must be a URL such as https://slack.com/api/');
  }
  const discord: DiscordFromEnvironment = {
    token: given('DISCORD_TOKEN'),
    apiUrl: given('DISCORD_API_URL'),
  };
  if (discord.apiUrl !== null && !isApiUrl(discord.apiUrl)) {
    problems.push('environment: DISCORD_API_URL: must be a URL such as https://discord.com/api');
  }
  const redisUrl = given('REDIS_URL');
  if (redisUrl !== null && !isRedisUrl(redisUrl)) {
    problems.push(
      'environment: REDIS_URL: must be a URL such as redis://user:password@host:6379/0, or rediss:// for TLS',
    );
  }
  const warnings = redisUrl !== null && sendsPasswordInClear(redisUrl) ? [PASSWORD_IN_CLEAR] : [];
  return {
    values: {
      databaseUrl,
      redisUrl,
      port: port === null ? null : Number(port),
      data: given('DEPLOYDAY_DATA'),
      logLevel: level,
      slack,
      discord,
    },
    problems,
    warnings,
  };
}

function isPostgresUrl(text: string): boolean {
  // One for a socket has no host, which other kinds of URLs may not have: postgresql://user@/database?host=/run/postgresql
  const withHost = text.replace('@/', '@socket/');
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(withHost);
}

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname);
}

const PASSWORD_IN_CLEAR =
  'REDIS_URL: redis:// sends the password to another machine unencrypted; rediss:// would not';

function sendsPasswordInClear(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, password, hostname } = new URL(text);
  return protocol === 'redis:' && password !== '' && !isLoopback(hostname);
}
