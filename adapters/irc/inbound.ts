import { randomUUID } from 'node:crypto';
import type { MessageEvent } from 'irc-framework';
import type { IncomingMessage } from '../adapter.ts';
import { commandIn } from './addressing.ts';
import type { IrcConfig } from './config.ts';
import type { Connection } from './connection.ts';
import type { Identify } from './identity.ts';
import { channelName } from './names.ts';

/** Old lines that a server or bouncer plays back; whoever said them no longer waits for an answer. */
const HISTORY = new Set(['chathistory', 'znc.in/playback', 'playback']);

/**
 * Turns what is said to the bot into incoming messages. Everything else is passed over: other talk, notices and CTCP,
 * messages of bots and our own, what is said to a part of a channel only, channels that are not configured, history.
 */
export function listen(
  connection: Connection,
  config: IrcConfig,
  on: { isConfigured(channel: string): boolean; identify: Identify; receive(message: IncomingMessage): void },
): void {
  const { client, lower, isUs } = connection;
  const adapter = `irc:${config.network}`;
  const madeUp = randomUUID();
  let count = 0;
  /** People whose earlier message still waits for the server to say who they are. */
  const waiting = new Map<string, Promise<void>>();

  client.on('privmsg', (event) => {
    if (isUs(event.nick) || isPassedOver(event)) return;
    const direct = isUs(event.target);
    if (!direct && !on.isConfigured(event.target)) return;
    const text = commandIn(event.message, { nick: client.user.nick, direct, lower });
    if (text === null) return;

    const id = event.tags.msgid || `${madeUp}-${++count}`;
    const channel = channelName(adapter, lower(direct ? event.nick : event.target));
    const deliver = (account: string | null): void => {
      const identity = account === null ? null : `${adapter}/${account}`;
      on.receive({ adapter, id, channel, sender: { identity, display: event.nick }, text });
    };

    const nick = lower(event.nick);
    const account = on.identify(event);
    const earlier = waiting.get(nick);
    if (!earlier && !(account instanceof Promise)) return deliver(account);
    const turn = (earlier ?? Promise.resolve()).then(async () => deliver(await account));
    waiting.set(nick, turn);
    turn.finally(() => {
      if (waiting.get(nick) === turn) waiting.delete(nick);
    });
  });
}

function isPassedOver({ from_server, group, batch, tags }: MessageEvent): boolean {
  return (
    from_server ||
    group !== undefined ||
    HISTORY.has(batch?.type ?? '') ||
    'bot' in tags ||
    'draft/bot' in tags
  );
}
