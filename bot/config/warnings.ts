import type { DiscordConfig, HttpConfig, IrcNetwork, PoolConfig, SlackConfig } from './types.ts';

/** What is allowed, but should be known to whoever starts the process. */
export function riskWarnings(
  http: HttpConfig,
  irc: readonly IrcNetwork[],
  pools: readonly PoolConfig[],
  slack?: SlackConfig,
  discord?: DiscordConfig,
): string[] {
  const warnings: string[] = [];
  if (!isLoopback(http.host)) {
    warnings.push(
      `http.host ${http.host}: the page has no login; whoever reaches this address sees environments, runs and their output`,
    );
    if (http.publicUrl === null) {
      warnings.push(
        'http.publicUrl is not set: set it to the address that people reach, so that links work for them',
      );
    }
  }
  for (const network of irc) {
    const where = `irc network ${network.network}`;
    if (network.identify === 'nick') {
      warnings.push(
        `${where}: identify: nick believes nicks, which anybody can take; only for a closed network`,
      );
    }
    if (network.sasl !== undefined && !network.tls && !isLoopback(network.host)) {
      warnings.push(`${where}: tls: false sends the password to ${network.host} unencrypted`);
    }
  }
  if (slack?.apiUrl.startsWith('http:') && !isLoopback(new URL(slack.apiUrl).hostname)) {
    warnings.push(`slack.apiUrl ${slack.apiUrl}: sends the bot's token unencrypted`);
  }
  if (discord?.apiUrl.startsWith('http:') && !isLoopback(new URL(discord.apiUrl).hostname)) {
    warnings.push(`discord.apiUrl ${discord.apiUrl}: sends the bot's token unencrypted`);
  }
  if (slack?.appToken !== undefined && slack.events !== undefined) {
    warnings.push('slack.events is not used: with slack.appToken (Socket Mode) Slack sends no HTTP requests');
  }
  for (const pool of pools) {
    if (pool.provider === 'ssh' && pool.hostKeys === 'first-use') {
      warnings.push(
        `pool ${pool.pool}: hostKeys: first-use believes the host key that it meets first on each node`,
      );
    }
  }
  return warnings;
}

/** Only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
