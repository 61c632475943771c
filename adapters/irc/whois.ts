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

/** `nobody`: there is nobody of that name; null: no answer came. */
type Answer = Reply | 'nobody' | null;

interface Question {
  /** The nick may have passed to someone else since it was asked. */
  stale: boolean;
  answer: Promise<Answer>;
}

/** What has come of the answer to a WHOIS so far. */
interface Asking {
  mask: string | undefined;
  account: string | null;
  readonly settle: ((reply: Answer) => void)[];
}

const USER = '311';
const ACCOUNT = '330';
const END = '318';

/** Asks the server whose a nick is. */
export interface Whois {
  /** The account behind a message, where the answer is about the same person; null: none; undefined: no answer came. */
  accountOf(person: Person): Promise<string | null | undefined>;
  /** The account of whoever has the nick now; null: none, or nobody has it; undefined: no answer came. */
  holderOf(nick: string): Promise<string | null | undefined>;
}

/** So long "no account" stands, so that somebody who floods us cannot make us flood the server. Milliseconds. */
const NOBODY = 2_000;

export function askWhois(connection: Connection, times: IrcTimes): Whois {
  const { write, lower, ended } = connection;
  const questions = new Map<string, Question>();
  const asking = new Map<string, Asking>();
  const nobodies = new Map<string, number>();

  const changed = (nick: string): void => {
    const question = questions.get(lower(nick));
    if (question) question.stale = true;
    questions.delete(lower(nick));
    nobodies.delete(lower(nick));
  };
  connection.onMessage(({ command, nick, params }) => {
    read(command, params);
    if (command === 'JOIN' || command === 'QUIT' || command === 'ACCOUNT') changed(nick);
    else if (command === 'NICK') {
      changed(nick);
      changed(params[0] ?? '');
    }
  });

  // Read here, since irc-framework takes `[al]` and `{al}` for two: servers name the nick as its owner writes it, and end as we asked.
  function read(command: string, [, nick = '', ...rest]: readonly string[]): void {
    const key = lower(nick);
    const of = asking.get(key);
    if (!of) return;
    if (command === USER) of.mask = `${rest[0]}@${rest[1]}`;
    else if (command === ACCOUNT) of.account = accountNamed(rest[0]);
    else if (command === END) {
      asking.delete(key);
      const { mask, account } = of;
      for (const settle of of.settle) settle(mask === undefined ? 'nobody' : { mask, account });
    }
  }

  const ask = (nick: string): Question => {
    const key = lower(nick);
    const answer = new Promise<Answer>((resolve) => {
      const patience = setTimeout(() => {
        // What has come of it so far must not be taken for a part of a later answer, about somebody else.
        asking.delete(key);
        settle(null);
      }, times.connectWithin);
      const settle = (reply: Answer): void => {
        clearTimeout(patience);
        resolve(reply);
      };
      ended.then(() => settle(null));
      const of: Asking = asking.get(key) ?? { mask: undefined, account: null, settle: [] };
      of.settle.push(settle);
      asking.set(key, of);
      write(`WHOIS ${nick}`);
    });
    return { stale: false, answer };
  };
  const answered = async (nick: string): Promise<{ reply: Answer; stale: boolean }> => {
    const key = lower(nick);
    const question = questions.get(key) ?? ask(nick);
    questions.set(key, question);
    const reply = await question.answer;
    if (questions.get(key) === question) questions.delete(key);
    return { reply, stale: question.stale };
  };

  function remember(nick: string): void {
    for (const [each, at] of nobodies) if (Date.now() - at >= NOBODY) nobodies.delete(each);
    nobodies.set(nick, Date.now());
  }

  return {
    async accountOf({ nick, ident, hostname }) {
      const key = lower(nick);
      if (Date.now() - (nobodies.get(key) ?? 0) < NOBODY) return null;
      const { reply, stale } = await answered(nick);
      if (stale || reply === null) return undefined;
      if (reply === 'nobody' || reply.mask !== `${ident}@${hostname}`) return null;
      if (reply.account === null) remember(key);
      return reply.account;
    },
    async holderOf(nick) {
      const { reply, stale } = await answered(nick);
      if (stale || reply === null) return undefined;
      return reply === 'nobody' ? null : reply.account;
    },
  };
}
