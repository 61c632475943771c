import { z } from 'zod';
import { fields, must } from './fields.ts';
import { type Surroundings, secret } from './outside.ts';
import { isApiUrl } from './slack.ts';
import type { DiscordConfig } from './types.ts';

const DEFAULT_API = 'https://discord.com/api';

/** What the environment variables say of Discord; null where one is unset or empty. */
export interface DiscordFromEnvironment {
  readonly token: string | null;
  readonly apiUrl: string | null;
}

/** `discord:` in the file. Whether there is a token shows only together with the environment: {@link discordConfig}. */
export function discordSchema(around: Surroundings) {
  return fields(
    {
      token: secret(around).optional(),
      apiUrl: z.string(must(API_URL)).refine(isApiUrl, must(API_URL)).optional(),
    },
    { secret: true },
  );
}

/** File and environment together; the environment wins. Undefined: Discord is not configured. */
export function discordConfig(
  file: z.output<ReturnType<typeof discordSchema>> | undefined,
  env: DiscordFromEnvironment,
): { config?: DiscordConfig; problems: string[] } {
  const token = env.token ?? file?.token;
  if (!token) {
    const missing = 'discord.token: is missing: set it in the configuration file, or DISCORD_TOKEN';
    return { problems: file ? [missing] : [] };
  }
  const apiUrl = env.apiUrl ?? file?.apiUrl ?? DEFAULT_API;
  return { problems: [], config: { token: token.trim(), apiUrl: apiUrl.replace(/(\/v10)?\/*$/, '') } };
}

const API_URL = 'a URL such as https://discord.com/api, without user, password, ? and #';
