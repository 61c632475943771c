import type { Client } from 'irc-framework';
import type { IrcConfig, IrcTimes } from './config.ts';

const IN_USE = new Set(['433', '436', '437']);
const INVALID = new Set(['431', '432']);

/**
 * Takes another nick while ours is in use, and gets ours back when it is free: at once when we see its holder leave or
 * rename, else by asking now and then.
 */
export function keepNick(
  client: Client,
  config: IrcConfig,
  times: IrcTimes,
  use: { write(line: string): void; lower(nick: string): string; invalid(why: string): void },
): { stop(): void } {
  const wanted = config.nick;
  let registered = false;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;

  const ours = (nick: string): boolean => use.lower(nick) === use.lower(wanted);
  const regain = (): void => {
    if (registered && !ours(client.user.nick)) use.write(`NICK ${wanted}`);
  };

  client.connection.on('message', ({ command, params }) => {
    if (registered) return;
    if (INVALID.has(command) && attempt === 0) use.invalid(params.at(-1) ?? command);
    else if (INVALID.has(command) || IN_USE.has(command)) use.write(`NICK ${alternative(wanted, attempt++)}`);
  });
  client.on('registered', () => {
    registered = true;
    timer = setInterval(regain, times.regain);
  });
  client.on('quit', ({ nick }) => {
    if (ours(nick)) regain();
  });
  client.on('nick', ({ nick }) => {
    if (ours(nick)) setImmediate(regain); // the library has not yet taken note if it was ours
  });

  return { stop: () => clearInterval(timer) };
}

/** `nick_`, `nick__`, then short ones with digits, which fit where nicks are limited to nine characters. */
export function alternative(nick: string, attempt: number): string {
  if (attempt < 2) return nick + '_'.repeat(attempt + 1);
  return nick.slice(0, 6) + String(Math.floor(Math.random() * 1000)).padStart(3, '0');
}
