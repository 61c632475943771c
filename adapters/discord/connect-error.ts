import { GatewayCloseCodes as Close, DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { type DiscordConfig, DiscordConfigError } from './config.ts';
import { longestWait } from './errors.ts';

/** What only the configuration can mend, as an error that names its key and what to do; other errors as they are. */
export function connectError(
  config: DiscordConfig,
  error: Error & { code?: unknown; status?: unknown },
): Error {
  const { code } = error;
  if (code === 'TokenInvalid' || code === Close.AuthenticationFailed || error.status === 401) {
    const reason = `Discord refuses it: copy the token anew from the application's page "Bot" (${config.apiUrl})`;
    return new DiscordConfigError('token', reason, { cause: error });
  }
  if (code === Close.DisallowedIntents || code === Close.InvalidIntents) {
    const reason =
      `the gateway refuses this application's intents (${code}); Deployday asks for none that is privileged, so the ` +
      'application itself may be restricted: see its page "Bot"';
    return new DiscordConfigError('token', reason, { cause: error });
  }
  if (code === Close.ShardingRequired || code === Close.InvalidShard) {
    const reason = 'the application is in too many servers for one connection (sharding is required)';
    return new DiscordConfigError('token', reason, { cause: error });
  }
  if (code === Close.InvalidAPIVersion) {
    return new DiscordConfigError('apiUrl', `${config.apiUrl} does not speak version 10`, { cause: error });
  }
  if (code === 'ENOTFOUND') {
    return new DiscordConfigError('apiUrl', `there is no such host: ${config.apiUrl}`, { cause: error });
  }
  if (error instanceof DiscordAPIError && error.status === 404) {
    return new DiscordConfigError('apiUrl', `there is no Discord at ${config.apiUrl}`, { cause: error });
  }
  if (error instanceof RateLimitError) {
    return new Error(`${config.apiUrl} asks to wait ${Math.ceil(longestWait(error) / 1000)} s`, {
      cause: error,
    });
  }
  if (error instanceof HTTPError)
    return new Error(`${config.apiUrl} answers ${error.status} ${error.message}`);
  return new Error(`${config.apiUrl}: ${error.message}`, { cause: error });
}
