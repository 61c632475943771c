import type { Account, Service, Site } from '../cast.ts';

/** Where something is said: in a room of the people's site, where newcomers ask, or where only the bot reads it. */
export type Where = 'room' | 'help' | 'private';

/** A command that was said. */
export interface Said {
  /** As the bot's database names it. */
  readonly messageId: string;
  /** No session of the bot's was told of it, nor will one be: it can only be found by looking. */
  readonly isUntold?: boolean;
  /** What the bot has answered so far, each answer by its first words. */
  readonly answers: () => readonly string[];
}

/** One chat service of a day: people speak there, and see what is answered. */
export interface Voice {
  readonly service: Service;
  /** The bot's configuration for it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** As the bot knows the account. */
  identityOf(account: Account): string;
  /** The bot's name of the room of a site, or of the room for help. */
  channelOf(room: Site | 'help'): string;
  /** Whether the bot hears what is said in the rooms now. */
  isHeard(): boolean;
  say(account: Account, site: Site, text: string, where: Where): Promise<Said>;
  /** Everything that the bot has said where everybody reads it. */
  public(): readonly string[];
  close(): Promise<void>;
}
