import type { Connection } from './connection.ts';
import type { Target } from './names.ts';

const LINE_BYTES = 512;
/** What servers allow at most, taken until we have seen our own. */
const LONGEST_USER = 11;
const LONGEST_HOST = 64;

/**
 * How many bytes of text fit into a PRIVMSG when the server passes it on to others with our full prefix before it:
 * `:nick!user@host PRIVMSG target :text`. Our user and host are learned from what the server shows of us. Tags have room of their own.
 */
export function roomByPrefix(connection: Connection, wantedNick: string): (target: Target) => number {
  let user: number | undefined;
  let host: number | undefined;
  const seen = (ident: string | undefined, hostname: string | undefined): void => {
    if (ident) user = Buffer.byteLength(ident);
    if (hostname) host = Buffer.byteLength(hostname);
  };
  connection.onMessage(({ command, nick, ident, hostname, params }) => {
    if (command === 'JOIN' && connection.isUs(nick)) seen(ident, hostname);
    else if (command === 'CHGHOST' && connection.isUs(nick)) seen(params[0], params[1]);
    else if (command === '396') seen(undefined, params[1]?.split('@').at(-1));
  });

  return (target) => {
    // We may get our own nick back before the line is passed on.
    const nick = Math.max(Buffer.byteLength(connection.nick), Buffer.byteLength(wantedNick));
    const prefix = `:!@ PRIVMSG ${target} :\r\n`;
    return LINE_BYTES - nick - (user ?? LONGEST_USER) - (host ?? LONGEST_HOST) - Buffer.byteLength(prefix);
  };
}
