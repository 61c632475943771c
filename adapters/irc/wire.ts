import type { Answers } from './flight.ts';
import type { Holder } from './holders.ts';
import type { Target } from './names.ts';
import type { Multiline } from './parcel.ts';
import type { PostLine } from './post.ts';

/** What the sender needs of a connection. Targets are configured channels and nicks, lower-cased. */
export interface Wire {
  readonly answers: Answers;
  readonly multiline: Multiline | undefined;
  /** The channel on the server that the target's lines go to; null while we cannot speak there. */
  whereTo(target: Target): Target | null;
  /** Bytes of text that one line there can carry. */
  room(whereTo: Target): number;
  /** The server passes this tag of ours on (IRCv3 `message-tags`). */
  allowsTag(tag: string): boolean;
  write(line: string): void;
  /** True when the server has acted on everything written before; false when the connection ended. */
  roundTrip(): Promise<boolean>;
  rejoin(target: Target): Promise<boolean>;
  /** Whose a nick is now, given the accounts of the one whom something is for; undefined: the server has to be asked. */
  knownHolder(nick: Target, accounts: readonly string[]): Holder | undefined;
  /** The same, and asks the server (a WHOIS) where it is not known. */
  holder(nick: Target, accounts: readonly string[]): Promise<Holder>;
  /** The channel's history shows that this line got through at an earlier attempt. */
  wasPosted(target: Target, key: string | undefined, line: PostLine): boolean;
}
