import type { Guide } from '../adapter.ts';

/** One IRC network, as the configuration file gives it. */
export interface IrcConfig {
  /** Our name for it; the adapter is called `irc:<network>`. */
  readonly network: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly nick: string;
  readonly channels: readonly string[];
  /** Whom to believe: services accounts, or (closed networks only) whoever has the nick. */
  readonly identify: 'account' | 'nick';
  /** The bot's own account, by its password or (`external`) by the certificate that it shows. */
  readonly sasl?: 'external' | { readonly account: string; readonly password: string };
  /** Sustained rate after a short burst; 1 suits every public network. The most: a server that minds is given less. */
  readonly linesPerSecond: number;
  /** A certificate authority to trust beside the system's: a PEM text or the path of a PEM file. */
  readonly tlsCa?: string;
  /** The certificate that the bot shows, and its private key: PEM texts or paths of PEM files. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** A coloured sign behind outcomes. Default true. */
  readonly colors?: boolean;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Milliseconds; the defaults are for real networks. */
export interface IrcTimes {
  /** First pause before connecting again; doubles up to `backoffMax`. */
  readonly backoff: number;
  readonly backoffMax: number;
  /** First pause after the server said that we come too often or are too many; doubles up to `patience`. */
  readonly throttled: number;
  /** First pause after a ban, or a refused login while running; doubles up to `patience`. */
  readonly banned: number;
  readonly patience: number;
  /** From opening the socket to being registered, and from there to having tried all channels. */
  readonly connectWithin: number;
  /** Silence after which the server is asked for a sign of life, and then given the same time again. */
  readonly silence: number;
  /** Between attempts to get the configured nick back. */
  readonly regain: number;
  /** First pause before going back to a channel that kicked us; doubles up to `rejoinRefused`. */
  readonly rejoin: number;
  /** First pause before asking again for a channel that refused us (full, invite only, ban, key); doubles up to `rejoinMax`. */
  readonly rejoinRefused: number;
  readonly rejoinMax: number;
  /** How late an answer to a line of ours may be before the server is asked whether it dropped the line. */
  readonly echo: number;
  /** Pause after the server dropped a line because we are too fast, where it does not say how long. */
  readonly slowDown: number;
  /** What was said to us while we were away, and is shown to us, is acted on if it is no older than this; older is only admitted. */
  readonly catchUp: number;
  /** How far back a new process looks for what nobody acted on, where earlier ones were spoken to. */
  readonly lookBack: number;
  /** A shorter absence is not owned up to where nothing shows that something was missed: everybody has seen us go and come. */
  readonly awayUntold: number;
  /** How long `stop` lets a message go on that is already partly posted. */
  readonly drain: number;
}

export const defaultTimes: IrcTimes = {
  backoff: 1_000,
  backoffMax: 60_000,
  throttled: 60_000,
  banned: 5 * 60_000,
  patience: 2 * 60 * 60_000,
  connectWithin: 30_000,
  silence: 60_000,
  regain: 30_000,
  rejoin: 2_000,
  rejoinRefused: 60_000,
  rejoinMax: 15 * 60_000,
  echo: 5_000,
  slowDown: 10_000,
  catchUp: 10 * 60_000,
  lookBack: 24 * 60 * 60_000,
  awayUntold: 5_000,
  drain: 10_000,
};

export interface IrcOptions {
  readonly log?: Log;
  /** Knows where earlier processes were spoken to, and what they took in; without it a new process does not look back. */
  readonly guide?: Pick<Guide, 'heardIn' | 'received' | 'ownedUp'>;
  readonly times?: Partial<IrcTimes>;
}

/** Something that trying again cannot mend; the message starts with the configuration key. */
export class IrcConfigError extends Error {
  constructor(config: IrcConfig, key: keyof IrcConfig, reason: string, options?: ErrorOptions) {
    super(`irc[${config.network}].${key}: ${reason}`, options);
    this.name = 'IrcConfigError';
  }
}
