/**
 * Which services account each nick is logged in to, as far as the server has told us and would have told us of a
 * change: only for people who share a channel with us. Used where messages carry no account of their own.
 *
 * Forgetting is always safe (the server is asked again); remembering too long would let one person pass for another.
 */
export function accountBook() {
  const shared = new Map<string, Set<string>>();
  const accounts = new Map<string, string | null>();

  const forget = (nick: string): void => {
    shared.delete(nick);
    accounts.delete(nick);
  };
  const leave = (nick: string, channel: string): void => {
    const channels = shared.get(nick);
    channels?.delete(channel);
    if (channels?.size === 0) forget(nick);
  };

  // All nicks and channels are expected lower-cased.
  return {
    /** `account`: a name, null for none, undefined where the server did not say. */
    joined(nick: string, channel: string, account?: string | null): void {
      const channels = shared.get(nick) ?? new Set();
      shared.set(nick, channels.add(channel));
      if (account !== undefined) accounts.set(nick, account);
    },
    left: leave,
    /** Quit, split off, or now known under another nick. */
    gone: forget,
    told(nick: string, account: string | null): void {
      if (shared.has(nick)) accounts.set(nick, account);
    },
    /** We are no longer in the channel and hear nothing more from it. */
    leftChannel(channel: string): void {
      for (const nick of [...shared.keys()]) leave(nick, channel);
    },
    /** The channels that we share with them. */
    channelsOf(nick: string): readonly string[] {
      return [...(shared.get(nick) ?? [])];
    },
    /** The account, null for none, undefined where we do not know. */
    accountOf(nick: string): string | null | undefined {
      return accounts.get(nick);
    },
  };
}

/** `*` and `0` are how servers write "none". */
export function accountNamed(text: string | false | undefined): string | null {
  return !text || text === '*' || text === '0' ? null : text;
}
