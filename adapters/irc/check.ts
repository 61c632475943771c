import { type IrcConfig, IrcConfigError } from './config.ts';
import { isChannel } from './names.ts';
import { credentials } from './transport.ts';

/** Throws {@link IrcConfigError} for what can be seen to be wrong without a connection. */
export function checkConfig(config: IrcConfig): void {
  const refuse = (key: keyof IrcConfig, why: string): never => {
    throw new IrcConfigError(config, key, why);
  };
  if (!(config.port >= 1 && config.port <= 65_535))
    refuse('port', `${config.port} is not between 1 and 65535`);
  if (!/^[^\s\p{Cc}:#&,!@*?$%~.+-][^\s\p{Cc},!@*?]*$/u.test(config.nick)) {
    refuse('nick', `"${config.nick}" cannot be a nick`);
  }
  const wrong = config.channels.find((channel) => !isChannel(channel));
  if (wrong !== undefined)
    refuse('channels', `"${wrong}" cannot be a channel; they look like '#room', in quotes`);
  if (!(config.linesPerSecond > 0)) refuse('linesPerSecond', `${config.linesPerSecond} is not above 0`);
  if (config.sasl === 'external' && (!config.tls || config.tlsCert === undefined)) {
    refuse('sasl', "external shows the bot's own certificate: it needs TLS, a certificate and its key");
  }
  credentials(config);
}
