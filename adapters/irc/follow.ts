import { accountBook, accountNamed } from './accounts.ts';
import type { Connection } from './connection.ts';

const WHO_TOKEN = '77';

/**
 * Keeps an account book by what the server tells of people's coming and going, where it is `wanted`. A netsplit is many QUITs: whoever
 * left with it is forgotten, and known again by the JOIN that brings him back.
 */
export function followAccounts(connection: Connection, wanted: () => boolean) {
  const { client, lower, isUs } = connection;
  const book = accountBook();

  const joined = (nick: string, channel: string, account: string | undefined): void => {
    if (!isUs(nick)) {
      book.joined(lower(nick), lower(channel), account === undefined ? undefined : accountNamed(account));
    } else if (client.network.supports('WHOX')) connection.write(`WHO ${channel} %tcna,${WHO_TOKEN}`);
  };
  const left = (nick: string, channel: string): void => {
    if (isUs(nick)) book.leftChannel(lower(channel));
    else book.left(lower(nick), lower(channel));
  };
  const renamed = (nick: string, next: string): void => {
    const channels = book.channelsOf(lower(nick));
    book.gone(lower(nick));
    book.gone(lower(next));
    for (const channel of channels) book.joined(lower(next), channel);
  };

  connection.onMessage(({ command, nick, params }) => {
    const [first = '', second = ''] = params;
    switch (command) {
      case 'JOIN': // without extended-join there is no second parameter
        if (wanted()) joined(nick, first, params[1]);
        break;
      case 'PART':
        left(nick, first);
        break;
      case 'KICK':
        left(second, first);
        break;
      case 'QUIT':
        book.gone(lower(nick));
        break;
      case 'NICK':
        renamed(nick, first);
        break;
      case 'ACCOUNT':
        book.told(lower(nick), accountNamed(first));
        break;
      case '354': {
        const [, token, channel = '', who = '', account = ''] = params;
        if (token === WHO_TOKEN) book.joined(lower(who), lower(channel), accountNamed(account));
        break;
      }
    }
  });
  client.on('userlist', ({ channel, users }) => {
    if (wanted()) for (const { nick } of users) book.joined(lower(nick), lower(channel));
  });
  return book;
}
