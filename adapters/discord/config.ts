import type { Guide } from '../adapter.ts';

/** One Discord application, as the configuration gives it. */
export interface DiscordConfig {
  readonly token: string;
  /** Without the version and a slash at its end: `https://discord.com/api`. */
  readonly apiUrl: string;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Milliseconds; the defaults are for Discord itself. */
export interface DiscordTimes {
  /** First pause before connecting again where the first connection failed; doubles up to `backoffMax`. */
  readonly backoff: number;
  readonly backoffMax: number;
  /** How long `start` waits for the first connection; trying goes on after it. */
  readonly connect: number;
  /** Pause after Discord refused our credentials while running. */
  readonly refused: number;
  /** How long a message waits for a rate limit by itself; beyond that it is given back, to be sent again later. */
  readonly rateLimit: number;
  /** What was said to us while we were away is acted on if it is no older than this; older is only admitted. */
  readonly catchUp: number;
  /** How far back a new process looks for what nobody acted on, where earlier ones were spoken to. */
  readonly lookBack: number;
  /** Between attempts to read what was missed. */
  readonly catchUpRetry: number;
  /** How long `stop` lets messages go on that are on their way, and then waits for the connection to close. */
  readonly drain: number;
}

export const defaultTimes: DiscordTimes = {
  backoff: 1_000,
  backoffMax: 60_000,
  connect: 20_000,
  refused: 15 * 60_000,
  rateLimit: 6_000,
  catchUp: 10 * 60_000,
  lookBack: 24 * 60 * 60_000,
  catchUpRetry: 10_000,
  drain: 8_000,
};

export interface DiscordOptions {
  /** What the command menu, its completions and pictures are filled with; without it there is no menu. */
  readonly guide?: Guide;
  readonly log?: Log;
  readonly times?: Partial<DiscordTimes>;
}

/** Something that trying again cannot mend; the message starts with the configuration key. */
export class DiscordConfigError extends Error {
  constructor(key: keyof DiscordConfig, reason: string, options?: ErrorOptions) {
    super(`discord.${key}: ${reason}`, options);
    this.name = 'DiscordConfigError';
  }
}
