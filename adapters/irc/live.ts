import { setTimeout as pause } from 'node:timers/promises';
import type { IncomingMessage } from '../adapter.ts';
import { isHistory } from './batches.ts';
import type { CatchUp } from './catch-up.ts';
import { type Channels, keepChannels } from './channels.ts';
import type { IrcConfig, IrcTimes, Log } from './config.ts';
import { type Connection, openConnection } from './connection.ts';
import type { Ending } from './ending.ts';
import { type Look, ownHistory } from './history.ts';
import { watchHolders } from './holders.ts';
import { type Identify, identifyBy } from './identity.ts';
import { listen } from './inbound.ts';
import { ircLines } from './lines.ts';
import { isChannel, type Target } from './names.ts';
import { multilineIn } from './parcel.ts';
import { roomByPrefix } from './prefix.ts';
import { receiptIn } from './receipts.ts';
import type { createSender } from './sender.ts';
import { askWhois } from './whois.ts';
import type { Wire } from './wire.ts';

export interface LiveUses {
  readonly config: IrcConfig;
  readonly times: IrcTimes;
  readonly log: Log;
  readonly sender: ReturnType<typeof createSender>;
  readonly catchUp: CatchUp;
  receive(message: IncomingMessage): void;
  /** People in the channel were told that these messages were not acted on. */
  ownedUp(place: Target, ids: readonly string[]): void;
  /** Messages can be sent. */
  ready(): void;
}

/** One connection with everything that hangs on it. */
export interface Live {
  readonly connection: Connection;
  readonly channels: Channels;
  readonly over: Promise<Ending>;
  /** So many parcels the server had not answered for when the connection ended. */
  readonly unanswered: number;
  /** Takes a line of ours back, where the server can. */
  takeBack(target: Target, id: string): void;
}

/** Lines beside messages cost the server work, too, and count against the same allowance; so many lines each, as servers reckon. */
const COSTS: Readonly<Record<string, number>> = {
  MODE: 5,
  NICK: 3,
  JOIN: 2,
  WHO: 2,
  WHOIS: 2,
  PART: 1,
  MONITOR: 1,
  CHATHISTORY: 1,
  REDACT: 1,
};
/** What servers tell in a notice of their own about somebody who is too fast. */
const TOO_FAST = /\bflood|\bthrottl|\btoo (?:fast|quickly)\b/i;

export function liveOn(uses: LiveUses): Live {
  const { config, times, log, sender, catchUp, receive, ready } = uses;
  const name = `irc:${config.network}`;
  const connection = openConnection(config, times, log);
  const { client, has, lower, isUs, write } = connection;
  const history = ownHistory(connection);
  const looks: Promise<void>[] = [];
  // Before anything else is done there, so that all of it counts.
  connection.registered.then(() => {
    log.info(`${name}: connected to ${config.host}:${config.port} as ${connection.nick}`);
    sender.attach(wire());
    markAsBot(connection);
  });
  const over = new AbortController();
  let unanswered = 0;

  const channels = keepChannels(connection, config, times, log, {
    joined(channel, at) {
      looks.push(history.look(at).then((look) => isBack(channel, at, look)));
    },
    left(channel, at) {
      history.forget(at);
      sender.left(channel, at, channels.givenUp(channel));
    },
    flooded: () => sender.minds('kicked for flooding', { cutOff: true }),
  });
  const missed = catchUp.on(connection, channels.placeOf);
  async function isBack(channel: Target, at: Target, look: Look | null): Promise<void> {
    if (look === null) return; // the next connection looks, and knows since when
    sender.joined();
    const owning = await missed.looked(channel, at, look.asked);
    if (owning === null) return;
    const { text, ids } = owning;
    const how = { kind: 'notice', replyTo: undefined, key: undefined, onlyFor: undefined } as const;
    sender
      .send(channel, (bytes) => ircLines({ text }, bytes), how)
      .then(() => uses.ownedUp(channel, ids))
      .catch((error: Error) => log.warn(`${error.message}; it was to say: ${text}`));
  }
  const room = roomByPrefix(connection, config.nick);
  const whois = askWhois(connection, times);
  const holders = watchHolders(connection, config, whois, sender.doubt);
  const accountOf = identifyBy(connection, config, whois);
  const identify: Identify = (message) => {
    const account = accountOf(message);
    // Who said something a while ago may have left since.
    if (isHistory(message.batch)) return account;
    void Promise.resolve(account).then((known) => known != null && holders.heard(message.nick, known));
    return account;
  };
  listen(connection, config, {
    placeOf: channels.placeOf,
    identify,
    addressed: catchUp.heard,
    missed,
    log,
    receive(message) {
      try {
        receive(message);
      } catch (error) {
        log.error(`${name}: could not act on message ${message.id} in ${message.channel}: ${error}`);
      }
    },
  });
  connection.onMessage((message) => {
    const receipt = receiptIn(message, isUs);
    if (receipt) sender.heard({ ...receipt, target: receipt.target && lower(receipt.target) });
    const isOfServer = message.command === 'NOTICE' && !message.prefix.includes('!');
    if (isOfServer && TOO_FAST.test(message.params.at(-1) ?? '')) sender.minds('the server complains');
  });
  client.connection.on('raw', ({ line, from_server }) => {
    if (!from_server) sender.charge(COSTS[line.split(' ', 1)[0] ?? ''] ?? 0);
  });

  const whereTo = (target: Target): Target | null => {
    if (!isChannel(target)) return target;
    const at = channels.whereTo(target);
    return at !== null && history.isKnown(at) ? at : null;
  };
  const wire = (): Wire => ({
    answers: answersOf(has),
    allowsTag: (tag) => client.network.supportsTag(tag.slice(1)),
    multiline: has('batch') ? multilineIn(connection.valueOf('draft/multiline')) : undefined,
    whereTo,
    room,
    write,
    roundTrip: connection.roundTrip,
    rejoin: channels.rejoin,
    knownHolder: holders.known,
    holder: holders.holder,
    wasPosted: (target, key, line) => history.wasPosted(whereTo(target) ?? target, key, line),
  });

  connection.registered.then(async () => {
    const settled = channels.tried.then(() => Promise.all(looks));
    await Promise.race([settled, pause(times.connectWithin, undefined, { signal: over.signal })]).catch(
      () => {},
    );
    ready();
  });
  return {
    connection,
    channels,
    over: connection.ended.then((ending) => {
      over.abort();
      unanswered = sender.unanswered();
      sender.attach(undefined);
      return ending;
    }),
    get unanswered() {
      return unanswered;
    },
    takeBack(target, id) {
      const at = channels.whereTo(target) ?? target;
      if (has('draft/message-redaction')) write(`REDACT ${at} ${id}`);
    },
  };
}

/** Other bots then leave us alone. */
function markAsBot({ client, nick, write }: Connection): void {
  const mode = client.network.supports('BOT');
  if (typeof mode === 'string' && /^[A-Za-z]$/.test(mode)) write(`MODE ${nick} +${mode}`);
}

function answersOf(has: (capability: string) => boolean): Wire['answers'] {
  if (has('labeled-response') && has('batch') && has('message-tags')) return 'labels';
  return has('echo-message') ? 'echoes' : 'pings';
}
