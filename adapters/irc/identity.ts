import { accountNamed } from './accounts.ts';
import { enclosing, type Heard } from './batches.ts';
import type { IrcConfig } from './config.ts';
import type { Connection } from './connection.ts';
import { followAccounts } from './follow.ts';
import type { Whois } from './whois.ts';

/**
 * Who said a message: the verified account, or null; undefined: the server was asked and did not say. An answer at once where it need not be
 * asked.
 */
export type Identify = (message: Heard) => string | null | Promise<string | null | undefined>;

/**
 * With `account-tag` every message carries the account of its sender. Without it, accounts are followed through
 * `extended-join`, `account-notify` and WHOX; who is not known is looked up with WHOIS. Where the server does not
 * announce logouts (no `account-notify`), nothing is remembered and every command costs a WHOIS.
 */
export function identifyBy(connection: Connection, config: IrcConfig, whois: Whois): Identify {
  const { lower, has } = connection;
  if (config.identify === 'nick') return ({ nick }) => lower(nick);

  const named = (account: string | null): string | null => (account === null ? null : lower(account));
  const followed = followAccounts(connection, () => has('account-notify') && !has('account-tag'));

  return (message) => {
    if (has('account-tag')) return named(accountNamed(accountTag(message)));
    const nick = lower(message.nick);
    const known = has('account-notify') ? followed.accountOf(nick) : undefined;
    if (known !== undefined) return named(known);
    return whois.accountOf(message).then((account) => {
      if (account === undefined) return undefined;
      if (account !== null && has('account-notify')) followed.told(nick, account);
      return named(account);
    });
  };
}

/** A message of several lines has its tags on the line that opens its batch. */
function accountTag({ tags, batch }: Heard): string | undefined {
  if (tags.account !== undefined) return tags.account;
  for (const { type, tags: shared } of enclosing(batch)) {
    if (type === 'draft/multiline') return shared.account;
  }
  return undefined;
}
