/** The adapter's name. One connection carries every guild that the application is in. */
export const NAME = 'discord';
/** Stands for the guild where there is none: direct messages. */
const DIRECT = '@me';

/** `discord:GUILD/CHANNEL`, `discord:@me/CHANNEL` for a direct message. */
export function channelName(guild: string | null | undefined, channel: string): string {
  return `${NAME}:${guild ?? DIRECT}/${channel}`;
}

/** The channel's id; null: the name is no channel of Discord. */
export function channelIdOf(name: string): string | null {
  return /^discord:(?:\d{1,20}|@me)\/(\d{1,20})$/.exec(name)?.[1] ?? null;
}

export function isDirect(name: string): boolean {
  return name.startsWith(`${NAME}:${DIRECT}/`);
}

export function identityOf(user: string): string {
  return `${NAME}:${user}`;
}

interface Named {
  readonly username: string;
  readonly global_name?: string | null;
}

/** What people see beside somebody's words: the name in this guild, else the one everywhere. */
export function displayOf(user: Named, nick?: string | null): string {
  return nick || user.global_name || user.username;
}
