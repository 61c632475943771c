import type { IrcConfig } from './config.ts';
import type { Connection } from './connection.ts';
import type { Target } from './names.ts';
import type { Whois } from './whois.ts';

/** Whose a nick is now: that of one of the accounts asked about, another's (or nobody's), or nobody could find out. */
export type Holder = 'theirs' | 'anothers' | 'unknown';

/** Whoever does not share a channel with us leaves unseen: so long after somebody was heard it is the same person. Milliseconds. */
const HEARD_JUST_NOW = 10_000;

/**
 * Knows on one connection who has which nick: from what people have just said, else by asking. What is said in private must not be read by
 * whoever takes the nick next.
 */
export function watchHolders(
  connection: Connection,
  config: IrcConfig,
  whois: Whois,
  changed: (nick: Target) => void,
) {
  const { lower } = connection;
  const heard = new Map<Target, { readonly account: string; readonly until: number }>();

  const note = (nick: Target, account: string): void => {
    const now = performance.now();
    for (const [each, { until }] of heard) if (until < now) heard.delete(each);
    heard.set(nick, { account: lower(account), until: now + HEARD_JUST_NOW });
  };
  const forget = (nick: string): void => {
    heard.delete(lower(nick));
    changed(lower(nick));
  };
  connection.onMessage(({ command, nick, params }) => {
    if (command === 'QUIT' || command === 'ACCOUNT') forget(nick);
    else if (command === 'NICK') {
      forget(nick);
      forget(params[0] ?? '');
    }
  });

  /** The nick is expected lower-cased. */
  const known = (nick: Target, accounts: readonly string[]): Holder | undefined => {
    const of = config.identify === 'nick' ? nick : heardAs(nick);
    return of === undefined ? undefined : holderOf(of, accounts);
  };
  const heardAs = (nick: Target): string | undefined => {
    const of = heard.get(nick);
    return of && of.until >= performance.now() ? of.account : undefined;
  };
  const holderOf = (account: string | null, accounts: readonly string[]): Holder =>
    account !== null && accounts.some((each) => lower(each) === lower(account)) ? 'theirs' : 'anothers';

  return {
    known,
    /** Somebody has just said something, and the server vouches for the account. */
    heard: (nick: string, account: string): void => note(lower(nick), account),
    /** The nick is expected lower-cased. */
    async holder(nick: Target, accounts: readonly string[]): Promise<Holder> {
      const now = known(nick, accounts);
      if (now !== undefined) return now;
      const account = await whois.holderOf(nick);
      if (account === undefined) return 'unknown';
      if (account !== null) note(nick, account);
      return holderOf(account, accounts);
    },
  };
}
