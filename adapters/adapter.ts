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
  send(channel: string, message: OutgoingMessage, how?: SendOptions): Promise<MessageRef>;
  /** Replaces a message sent earlier. Called only where `features.edit` is true. Rejects like `send`. */
  edit(ref: MessageRef, message: OutgoingMessage): Promise<void>;
  /** Says goodbye where the service has that, disconnects, and resolves when nothing of it is left running. Idempotent. */
  stop(): Promise<void>;
}

export interface AdapterFeatures {
  /** Messages can be replaced in place; where false, progress is told in few short posts. */
  readonly edit: boolean;
  /** Tables, code and pictures can be shown beside the text; where false, long details are left to the link. */
  readonly rich: boolean;
  /** What the service bears before it asks for a pause; absent: the adapter keeps the pace by itself. */
  readonly pace?: ServicePace;
}

/** Rates as the service documents them. So the most urgent goes first, instead of what happens to come after a pause. */
export interface ServicePace {
  /** New posts in each channel. */
  readonly posts: Rate;
  /** Changes of posted messages, in all channels together. */
  readonly edits: Rate;
}

/** So many at once, and so many a second from then on. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** What an adapter may ask of the bot beside handing it messages: what a service's own menus, forms and pages are filled with. */
export interface Guide {
  /** Every command that people can type, in the order of the help. */
  readonly commands: readonly CommandShape[];
  /** At most 25 values that an option may take, given what was typed of it and the options filled in already. */
  complete(
    verb: string,
    option: string,
    typed: string,
    given: Readonly<Record<string, string>>,
  ): Promise<string[]>;
  /** Why a command line could not be done as it stands, as far as that shows without doing it; null: nothing is known against it. */
  objection(line: string): Promise<string | null>;
  /** What `provision` from this blueprint can be given; null: there is no such blueprint. */
  blueprintForm(blueprint: string): Promise<FormField[] | null>;
  /** What concerns this identity now: approvals, leases, environments; the most urgent first. */
  home(identity: string): Promise<readonly HomeSection[]>;
  /** Channels in which people have spoken to the bot through this adapter within the last day, at most 200, the latest first. */
  heardIn(adapter: string): Promise<readonly string[]>;
  /** Those of these messages that were taken in, by this process or an earlier one: acted on, or refused with a reason. */
  received(adapter: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** People were told that these messages were not acted on: from now on they count as received, so that it is told once. */
  ownedUp(
    adapter: string,
    messages: readonly { readonly id: string; readonly channel: string }[],
  ): Promise<void>;
  /** Draws a picture as PNG; null when there is nothing to draw any more. */
  picture(name: string): Promise<Buffer | null>;
}

/** A part of the page that shows somebody what concerns them. */
export interface HomeSection {
  readonly title: string;
  /** Each with the buttons that are about it. */
  readonly items: readonly OutgoingMessage[];
}

/** A command as a menu shows it. Its text form is `verb` and the options' values in order, written as `join` says: see `commandLine`. */
export interface CommandShape {
  readonly verb: string;
  /** One line of at most 100 characters. */
  readonly summary: string;
  readonly options: readonly CommandOption[];
}

export interface CommandOption {
  /** `[a-z0-9-]{1,32}` */
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** The only values that there are, if they are few and fixed. */
  readonly choices?: readonly string[];
  /** It is a whole number, from the first to the second. */
  readonly range?: readonly [least: number, most: number];
  /** `complete` has values for it. */
  readonly completes: boolean;
  /** How the value stands in the command line: `environment` alone, `from hello`, `size=mini`, `-- ls`; `{}` is the value. */
  readonly join: string;
}

export interface FormField {
  readonly name: string;
  readonly summary: string;
  readonly secret: boolean;
  readonly initial?: string;
  readonly choices?: readonly string[];
}

export interface SendOptions {
  /** What it answers: the `replyTo` of the incoming message. An adapter that cannot use it any more (expired) posts in the channel. */
  readonly replyTo?: string;
  /**
   * The same for every attempt to send this one message, at most 25 of `[a-z0-9-]`: where the service drops repeats (nonce,
   * client message id, label) it is sent along, so that a crash between sending and recording does not post twice.
   */
  readonly key?: string;
  /** An attempt before, perhaps of a process that has ended, may have got through without our knowing. */
  readonly again?: boolean;
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
   * null when the service could not vouch for one; `isUnsure`: it was asked and did not answer. `display` is what people see; it proves
   * nothing.
   */
  readonly sender: { readonly identity: string | null; readonly display: string; readonly isUnsure?: true };
  /**
   * The channel in which only the sender reads what is said; in a direct message it is `channel` itself. Absent: the service
   * has none.
   */
  readonly privately?: string;
  /**
   * Opaque to everyone but the adapter, kept with the answer and given back to `send`: the thread or interaction that the
   * message came in. Absent: the answer is a post in the channel.
   */
  readonly replyTo?: string;
  /** Said a while ago and read again only now: it may have been handed on before, by this process or an earlier one. */
  readonly late?: true;
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
  /**
   * What is not there (any more), where that is the reason: `message`, the one to be changed; `channel`, any way to post
   * there until people do something about it, or until it opens again; `person`, the one whom it is for (`onlyFor`), who may
   * come back.
   */
  readonly lost: 'message' | 'channel' | 'person' | undefined;
  /** What is wrong and what people can do about it, without the service's codes and ids; undefined: the adapter does not know. */
  readonly advice: string | undefined;
  constructor(
    message: string,
    options: {
      readonly retryable: boolean;
      readonly retryAfter?: number | undefined;
      readonly lost?: 'message' | 'channel' | 'person' | undefined;
      readonly advice?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.name = 'SendError';
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
    this.lost = options.lost;
    this.advice = options.advice;
  }
}
