/** Who is addressed, and where. */
export interface Addressee {
  readonly user: string;
  /** The role that Discord made for the bot in this guild; people easily mention it in place of the bot. */
  readonly role: string | undefined;
  /** A direct message needs no mention. */
  readonly direct: boolean;
}

/**
 * The command in a message: what follows the first mention of the bot, or stands before it if nothing follows; all of a direct
 * message. Null when the message is not for us.
 */
export function commandIn(content: string, { user, role, direct }: Addressee): string | null {
  const us = new RegExp(`<@!?${user}>${role === undefined ? '' : `|<@&${role}>`}`, 'g');
  const at = content.search(us);
  if (at < 0) return direct ? tidy(content) : null;
  const after = content
    .slice(at)
    .replace(us, '')
    .replace(/^\s*[,:]/, '');
  return tidy(after) || tidy(content.slice(0, at));
}

/** As it would have been typed: other people by their identity, and without the backticks of a command that was copied. */
export function tidy(text: string): string {
  const typed = text.trim().replace(/<@!?(\d{1,20})>/g, 'discord:$1');
  const [, , inner] = /^(`{1,3})([^`]+)\1$/.exec(typed) ?? [];
  return (inner ?? typed).trim();
}
