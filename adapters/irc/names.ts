/** Names on IRC: how they compare, and how they become the channel names that the rest of the bot uses. */

/** Lower-cases a nick, channel or account the way the server compares names (ISUPPORT CASEMAPPING). */
export function caseLower(name: string, caseMapping: string): string {
  const lower = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  switch (caseMapping) {
    case 'ascii':
      return lower;
    case 'rfc1459':
      return lower.replace(/[[\]\\^]/g, fold);
    case 'rfc1459-strict':
    case 'strict-rfc1459':
    case 'strict_rfc1459':
      return lower.replace(/[[\]\\]/g, fold);
    default: // a Unicode mapping (rfc7613, rfc8265 …)
      return lower.toLowerCase();
  }
}

/** In rfc1459 `[ ] \ ^` are the upper case of `{ } | ~`, 32 places above them. */
function fold(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 32);
}

/** Where lines go: a channel with its prefix (`#room`) or a nick. */
export type Target = string;

/** `irc:lab/#room` for a channel, `irc:lab/@alice` for a person. Expects the target lower-cased. */
export function channelName(adapter: string, target: Target): string {
  return /^[#&+!]/.test(target) ? `${adapter}/${target}` : `${adapter}/@${target}`;
}

/**
 * The target that a channel name stands for, or null where it is none of this adapter's. Refuses everything that
 * could be read as more than one parameter or more than one target.
 */
export function targetOf(adapter: string, channel: string): Target | null {
  if (!channel.startsWith(`${adapter}/`)) return null;
  const name = channel.slice(adapter.length + 1);
  if (CHANNEL.test(name)) return name;
  if (NICK.test(name)) return name.slice(1);
  return null;
}

export function isChannel(target: Target): boolean {
  return CHANNEL.test(target);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
const CHANNEL = /^[#&+!][^\x00-\x20\x7f,]+$/;
/** A nick may begin with `~`, which is `^` lower-cased (rfc1459); before a channel it would mean a part of it: `~#room`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
const NICK = /^@(?:~(?!.*[#&+])|[^\x00-\x20\x7f,#&+!@:$%~.*?])[^\x00-\x20\x7f,!@*?]*$/;
