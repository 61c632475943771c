import type { MessageEvent } from 'irc-framework';
import { accountBook, accountNamed } from './accounts.ts';
import type { IrcConfig, IrcTimes } from './config.ts';
import type { Connection } from './connection.ts';

/** Who said a message: the verified account, or null. An answer at once where the server need not be asked. */
export type Identify = (message: MessageEvent) => string | null | Promise<string | null>;

/**
 * With `account-tag` every message carries the account of its sender. Without it, accounts are followed through
 * `extended-join`, `account-notify` and WHOX; who is not known is looked up with WHOIS. Where the server does not
 * announce logouts (no `account-notify`), nothing is remembered and every command costs a WHOIS.
 */
export function identifyBy(connection: Connection, config: IrcConfig, times: IrcTimes): Identify {
  const { lower } = connection;
  if (config.identify === 'nick') return ({ nick }) => lower(nick);

  const has = (capability: string): boolean => connection.client.network.cap.isEnabled(capability);
  const named = (account: string | null): string | null => (account === null ? null : lower(account));
  const followed = followAccounts(connection, () => has('account-notify') && !has('account-tag'));
  const askServer = whoisOf(connection, times);

  return (message) => {
    if (has('account-tag')) return named(accountNamed(message.tags.account));
    const nick = lower(message.nick);
    const known = has('account-notify') ? followed.accountOf(nick) : undefined;
    if (known !== undefined) return named(known);
    return askServer(message).then((account) => {
      if (account !== null && has('account-notify')) followed.told(nick, account);
      return named(account);
    });
  };
}

function followAccounts({ client, lower, isUs }: Connection, wanted: () => boolean) {
  const book = accountBook();
  client.on('join', ({ nick, channel, account }) => {
    if (!wanted()) return;
    if (!isUs(nick)) {
      book.joined(lower(nick), lower(channel), account === undefined ? undefined : accountNamed(account));
    } else if (client.network.supports('WHOX')) {
      client.who(channel, ({ users }) => {
        for (const user of users) book.joined(lower(user.nick), lower(channel), accountNamed(user.account));
      });
    }
  });
  const left = (nick: string, channel: string): void => {
    if (isUs(nick)) book.leftChannel(lower(channel));
    else book.left(lower(nick), lower(channel));
  };
  client.on('part', ({ nick, channel }) => left(nick, channel));
  client.on('kick', ({ kicked, channel }) => left(kicked, channel));
  client.on('quit', ({ nick }) => book.gone(lower(nick)));
  client.on('nick', ({ nick, new_nick }) => {
    const channels = book.channelsOf(lower(nick));
    book.gone(lower(nick));
    book.gone(lower(new_nick));
    for (const channel of channels) book.joined(lower(new_nick), channel);
  });
  client.on('account', ({ nick, account }) => book.told(lower(nick), accountNamed(account)));
  client.on('userlist', ({ channel, users }) => {
    if (wanted()) for (const { nick } of users) book.joined(lower(nick), lower(channel));
  });
  return book;
}

interface Question {
  /** The nick may have passed to someone else since it was asked. */
  stale: boolean;
  answer: Promise<{ mask: string; account: string | null } | null>;
}

/** Asks the server for the account behind a message, and trusts the answer only if it is about the same person. */
function whoisOf({ client, lower, ended }: Connection, times: IrcTimes) {
  const questions = new Map<string, Question>();
  const changed = (nick: string): void => {
    const question = questions.get(lower(nick));
    if (question) question.stale = true;
    questions.delete(lower(nick));
  };
  client.on('join', ({ nick }) => changed(nick));
  client.on('quit', ({ nick }) => changed(nick));
  client.on('account', ({ nick }) => changed(nick));
  client.on('nick', ({ nick, new_nick }) => {
    changed(nick);
    changed(new_nick);
  });

  const ask = (nick: string): Question => {
    const answer = new Promise<{ mask: string; account: string | null } | null>((resolve) => {
      const patience = setTimeout(() => resolve(null), times.connectWithin);
      const settle = (reply: { mask: string; account: string | null } | null): void => {
        clearTimeout(patience);
        resolve(reply);
      };
      ended.then(() => settle(null));
      client.whois(nick, ({ ident, hostname, account, error }) => {
        settle(error ? null : { mask: `${ident}@${hostname}`, account: accountNamed(account) });
      });
    });
    return { stale: false, answer };
  };

  return async ({ nick, ident, hostname }: MessageEvent): Promise<string | null> => {
    const question = questions.get(lower(nick)) ?? ask(nick);
    questions.set(lower(nick), question);
    const reply = await question.answer;
    if (questions.get(lower(nick)) === question) questions.delete(lower(nick));
    return !question.stale && reply?.mask === `${ident}@${hostname}` ? reply.account : null;
  };
}
