import type { Client, RawMessage } from 'irc-framework';
import type { IrcConfig, IrcTimes } from './config.ts';

const IN_USE = new Set(['433', '436', '437']);
/** Wrong, too long, or reserved for services; servers do not say which. */
const REFUSED = new Set(['431', '432']);
/** So often another nick is tried before the connection is given up. */
const MOST_ATTEMPTS = 8;
/** What the various services call "give me the nick of my account"; each is tried once. */
const SERVICE_VERBS = ['REGAIN', 'RECOVER', 'RELEASE', 'GHOST'];

export interface NickUses {
  write(line: string): void;
  lower(nick: string): string;
  /** The bot is logged in to an account that may own the nick. */
  loggedIn(): boolean;
  /** No nick can be had: `wrong` when the server took none of them for a nick, else they are all in use. */
  giveUp(wrong: boolean, why: string): void;
}

/**
 * Knows the nick that we have now. Takes another one while ours is not to be had, and gets ours back: at once when we see its holder leave or
 * rename (in a channel, or by MONITOR), else by asking now and then, services too where we are logged in.
 */
export function keepNick(client: Client, config: IrcConfig, times: IrcTimes, use: NickUses) {
  const wanted = config.nick;
  let current = wanted;
  let registered = false;
  let attempt = 0;
  let asked = 0;
  let monitored = false;
  let timer: NodeJS.Timeout | undefined;

  const isOurs = (nick: string): boolean => use.lower(nick) === use.lower(current);
  const isWanted = (nick: string): boolean => use.lower(nick) === use.lower(wanted);
  const regain = (): void => {
    if (registered && !isWanted(current)) use.write(`NICK ${wanted}`);
  };
  const askServices = (): void => {
    const verb = SERVICE_VERBS[asked];
    if (!use.loggedIn() || isWanted(current) || verb === undefined) return;
    asked++;
    use.write(`PRIVMSG NickServ :${verb} ${wanted}`);
  };
  const monitor = (): void => {
    if (monitored === isWanted(current)) {
      monitored = !monitored;
      if (client.network.supports('MONITOR')) use.write(`MONITOR ${monitored ? '+' : '-'} ${wanted}`);
    }
  };

  const tryAnother = ({ command, params }: RawMessage): void => {
    const why = params.at(-1) ?? command;
    if (attempt < MOST_ATTEMPTS) use.write(`NICK ${alternative(wanted, attempt++)}`);
    else use.giveUp(REFUSED.has(command), why);
  };
  client.connection.on('message', (message) => {
    const { command, nick, params } = message;
    if (command === '001') current = params[0] ?? current;
    else if (!registered && (IN_USE.has(command) || REFUSED.has(command))) tryAnother(message);
    else if (command === '731' && (params.at(-1) ?? '').split(',').some(isWanted)) regain();
    else if (command === 'QUIT' && isWanted(nick)) regain();
    else if (command === 'NICK' && isOurs(nick)) {
      current = params[0] ?? current;
      if (isWanted(current)) asked = 0;
      monitor();
    } else if (command === 'NICK' && isWanted(nick)) regain();
  });

  return {
    get current() {
      return current;
    },
    /** The server has welcomed us and said what it supports. */
    registered(): void {
      registered = true;
      monitor();
      askServices();
      timer = setInterval(() => {
        regain();
        askServices();
      }, times.regain);
    },
    stop: () => clearInterval(timer),
  };
}

/** `nick_`, `nick__`, then short ones with digits, which fit where nicks are limited to nine characters. */
export function alternative(nick: string, attempt: number): string {
  if (attempt < 2) return nick + '_'.repeat(attempt + 1);
  return nick.slice(0, 6) + String(Math.floor(Math.random() * 1000)).padStart(3, '0');
}
