import type { OutgoingMessage } from './message.ts';

/**
 * The port to one chat service. An adapter translates between the service and these types; it decides nothing:
 * no parsing of commands, no rights, no knowledge of runs.
 */
export interface Adapter {
  /** Unique among the running adapters and the prefix of its channels: `console`, `irc:lab`, `slack:T1`. */
  readonly name: string;
  /** What the service can do; the notifier chooses how to report progress by it. */
  readonly features: AdapterFeatures;
  /**
   * Connects and keeps connected: reconnects by itself until `stop`. Resolves when messages can be sent, or when the
   * first attempt has failed and retrying goes on in the background; rejects only for what retrying cannot mend
   * (refused credentials, a bad address), naming the configuration key.
   */
  start(receive: (message: IncomingMessage) => void): Promise<void>;
  /**
   * Posts a message and resolves when the service has taken it.
   * Rejects with {@link SendError}; `retryable` tells whether a later attempt can succeed.
   */
  send(channel: string, message: OutgoingMessage): Promise<MessageRef>;
  /** Replaces a message sent earlier. Called only where `features.edit` is true. Rejects like `send`. */
  edit(ref: MessageRef, message: OutgoingMessage): Promise<void>;
  /** Says goodbye where the service has that, disconnects, and resolves when nothing of it is left running. Idempotent. */
  stop(): Promise<void>;
}

export interface AdapterFeatures {
  /** Messages can be replaced in place; where false, progress is told in few short posts. */
  readonly edit: boolean;
}

/** A message as it came from a service, already verified and translated. */
export interface IncomingMessage {
  /** The name of the adapter that received it. */
  readonly adapter: string;
  /** Unique per adapter; a redelivery carries the same one. Made up by the adapter where the service has none. */
  readonly id: string;
  /** Where it was said and where the answer goes: `irc:lab/#room`, `irc:lab/@alice` (direct), `console:local`. */
  readonly channel: string;
  /**
   * Who said it. `identity` is the verified account (`irc:lab/alice`, `console:local`), never a nick or display name;
   * null when the service could not vouch for one. `display` is what people see; it proves nothing.
   */
  readonly sender: { readonly identity: string | null; readonly display: string };
  /** The command line, with the way of addressing the bot (`!`, `deployday:`) already taken off. */
  readonly text: string;
}

/** Names a sent message, so that it can be edited. Opaque to everyone but the adapter; JSON-safe. */
export interface MessageRef {
  readonly channel: string;
  readonly id: string;
}

/** A message could not be delivered. */
export class SendError extends Error {
  readonly retryable: boolean;
  /** Milliseconds that the service asked us to wait before the next attempt, if it said so. */
  readonly retryAfter: number | undefined;
  constructor(message: string, options: { retryable: boolean; retryAfter?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'SendError';
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
  }
}
