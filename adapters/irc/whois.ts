import { accountNamed } from './accounts.ts';
import type { IrcTimes } from './config.ts';
import type { Connection } from './connection.ts';

interface Person {
  readonly nick: string;
  readonly ident: string;
  readonly hostname: string;
}

interface Reply {
  readonly mask: string;
  readonly account: string | null;
}

interface Question {
  /** The nick may have passed to someone else since it was asked. */
  stale: boolean;
  answer: Promise<Reply | null>;
}

/** So long "no account" stands, so that somebody who floods us cannot make us flood the server. Milliseconds. */
const NOBODY = 2_000;

/** Asks the server for the account behind a message, and trusts the answer only if it is about the same person. */
export function askWhois(
  connection: Connection,
  times: IrcTimes,
): (person: Person) => Promise<string | null> {
  const { client, lower, ended } = connection;
  const questions = new Map<string, Question>();
  const nobodies = new Map<string, number>();

  const changed = (nick: string): void => {
    const question = questions.get(lower(nick));
    if (question) question.stale = true;
    questions.delete(lower(nick));
    nobodies.delete(lower(nick));
  };
  connection.onMessage(({ command, nick, params }) => {
    if (command === 'JOIN' || command === 'QUIT' || command === 'ACCOUNT') changed(nick);
    else if (command === 'NICK') {
      changed(nick);
      changed(params[0] ?? '');
    }
  });

  const ask = (nick: string): Question => {
    const answer = new Promise<Reply | null>((resolve) => {
      const patience = setTimeout(() => resolve(null), times.connectWithin);
      const settle = (reply: Reply | null): void => {
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

  return async ({ nick, ident, hostname }) => {
    const key = lower(nick);
    if (Date.now() - (nobodies.get(key) ?? 0) < NOBODY) return null;
    const question = questions.get(key) ?? ask(nick);
    questions.set(key, question);
    const reply = await question.answer;
    if (questions.get(key) === question) questions.delete(key);
    const isSame = !question.stale && reply?.mask === `${ident}@${hostname}`;
    const account = isSame ? reply.account : null;
    if (account === null && isSame) remember(key);
    return account;
  };

  function remember(nick: string): void {
    for (const [each, at] of nobodies) if (Date.now() - at >= NOBODY) nobodies.delete(each);
    nobodies.set(nick, Date.now());
  }
}
