import type { Guide } from '../adapter.ts';

/** One workspace, as the configuration gives it. */
export interface SlackConfig {
  /** `xoxb-…`: who we are. */
  readonly botToken: string;
  /** `xapp-…`: with it Slack reaches us over sockets that we open (Socket Mode). */
  readonly appToken?: string;
  /** Without an app token Slack sends HTTP requests, signed with this. */
  readonly signingSecret?: string;
  /** Ends with a slash. */
  readonly apiUrl: string;
  /** Where to listen for these requests; absent: whoever made the adapter passes them to its `requests`. */
  readonly events?: { readonly host: string; readonly port: number };
  /** Sockets to hold at once, 1 to 10. */
  readonly sockets: number;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Milliseconds; the defaults are for the real service. */
export interface SlackTimes {
  /** First pause before connecting again; doubles up to `backoffMax`. */
  readonly backoff: number;
  readonly backoffMax: number;
  /** Pause after Slack refused a token while we were running. */
  readonly refused: number;
  /** From asking for a socket to Slack's hello on it. */
  readonly connectWithin: number;
  /** Silence on a socket after which it is given up for another. */
  readonly silence: number;
  /** For one request to be answered. */
  readonly request: number;
  /** How long a message waits for its sender's name to be looked up. */
  readonly name: number;
  /** How long `stop` waits for what is being sent, and for the sockets' goodbye. */
  readonly drain: number;
}

export const defaultTimes: SlackTimes = {
  backoff: 500,
  backoffMax: 30_000,
  refused: 5 * 60_000,
  connectWithin: 30_000,
  silence: 15_000,
  request: 10_000,
  name: 1_000,
  drain: 3_000,
};

export interface SlackOptions {
  readonly log?: Log;
  /** Fills the form of `provision`, the home tab and pictures; without it there are none. */
  readonly guide?: Guide;
  readonly times?: Partial<SlackTimes>;
}

/** Something that trying again cannot mend; the message starts with the configuration key. */
export class SlackConfigError extends Error {
  constructor(key: string, reason: string, options?: ErrorOptions) {
    super(`slack.${key}: ${reason}`, options);
    this.name = 'SlackConfigError';
  }
}
