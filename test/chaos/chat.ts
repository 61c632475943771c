/** A chat service with people in some rooms, and what can happen to it. */
export interface Chat {
  readonly name: string;
  /** Lines of the bot's configuration file: how it reaches the service. */
  readonly config: readonly string[];
  /** Who may do everything there. */
  readonly admin: string;
  readonly rooms: number;
  /** Somebody says a command in a room (0…). */
  ask(room: number, text: string): Promise<void>;
  /** What the bot has posted in a room, in order, each post as it stands now. */
  posts(room: number): readonly string[];
  readonly troubles: readonly Trouble[];
  /** The next post is taken, and whoever sent it never hears of that; resolves when it is. */
  swallow(): Promise<void>;
  close(): Promise<void>;
}

export interface Trouble {
  readonly name: string;
  /** Begins and ends it. `ms`: how long an outage is. */
  happen(ms: number): Promise<void>;
  /** Whether a post may come twice for it, and why that cannot be helped. */
  readonly mayRepeat?: string;
}
