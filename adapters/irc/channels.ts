import type { RawMessage } from 'irc-framework';
import type { IrcConfig, IrcTimes, Log } from './config.ts';
import type { Connection } from './connection.ts';

/** The configured channels on one connection: joined at the start, and gone back to whenever we are put out. */
export interface Channels {
  isConfigured(channel: string): boolean;
  isIn(channel: string): boolean;
  /** Resolves when every channel has been joined or has refused us once. */
  readonly tried: Promise<void>;
  /** Asks to be let in again; true when that changed anything, false when we were in all along or are refused. */
  rejoin(channel: string): Promise<boolean>;
}

interface Place {
  readonly name: string;
  in: boolean;
  asking: boolean;
  tried: boolean;
  since: number;
  /** How often in a row we were put out soon after joining. */
  kicks: number;
  timer: NodeJS.Timeout | undefined;
  /** Calls of `rejoin` that wait for the answer. */
  waiting: ((joined: boolean) => void)[];
}

/** Errors that name a channel and yet do not answer a JOIN: they are about what we said there. */
const ABOUT_SPEAKING = new Set(['401', '404', '442']);
const JOIN_BYTES = 400;
/** After this long in a channel, earlier kicks are forgotten. Milliseconds. */
const SETTLED = 300_000;

export function keepChannels(
  connection: Connection,
  config: IrcConfig,
  times: IrcTimes,
  log: Log,
  on: { joined(channel: string): void; left(channel: string): void },
): Channels {
  const { client, lower, isUs } = connection;
  const adapter = `irc:${config.network}`;
  const places = new Map<string, Place>();
  const find = (channel: string): Place | undefined => places.get(lower(channel));

  let allTried = (): void => {};
  const tried = new Promise<void>((resolve) => {
    allTried = resolve;
  });
  const answered = (place: Place, joined: boolean): void => {
    place.asking = false;
    place.tried = true;
    for (const answer of place.waiting.splice(0)) answer(joined);
    if ([...places.values()].every((each) => each.tried)) allTried();
  };

  const ask = (asked: readonly Place[]): void => {
    for (const place of asked) {
      clearTimeout(place.timer);
      place.asking = true;
    }
    for (const list of lists(asked.map((place) => place.name))) connection.write(`JOIN ${list}`);
  };
  const askLater = (place: Place, delay: number): void => {
    clearTimeout(place.timer);
    place.timer = setTimeout(() => ask([place]), delay);
  };

  const putOut = (channel: string, how: string): void => {
    const place = find(channel);
    if (!place?.in) return;
    place.in = false;
    if (Date.now() - place.since > SETTLED) place.kicks = 0;
    const delay = Math.min(times.rejoin * 2 ** place.kicks++, times.rejoinRefused);
    log.warn(`${adapter}: ${how} ${place.name}; going back in ${Math.ceil(delay / 1000)} s`);
    askLater(place, delay);
    on.left(lower(channel));
  };

  const refused = ({ params }: RawMessage, place: Place): void => {
    log.warn(
      `${adapter}: cannot join ${place.name}: ${params.at(-1)}; asking again every ${times.rejoinRefused / 1000} s`,
    );
    askLater(place, times.rejoinRefused);
    answered(place, false);
  };

  connection.registered.then(() => {
    // Only now is it known how the server compares names.
    for (const name of config.channels) {
      places.set(lower(name), {
        name,
        in: false,
        asking: false,
        tried: false,
        since: 0,
        kicks: 0,
        timer: undefined,
        waiting: [],
      });
    }
    ask([...places.values()]);
    if (places.size === 0) allTried();
  });
  connection.ended.then(() => {
    for (const place of places.values()) {
      clearTimeout(place.timer);
      answered(place, false);
    }
  });

  client.on('join', ({ nick, channel }) => {
    if (!isUs(nick)) return;
    const place = find(channel);
    if (!place) {
      log.warn(`${adapter}: leaving ${channel}, which the configuration does not name`);
      return connection.write(`PART ${channel}`);
    }
    clearTimeout(place.timer);
    place.in = true;
    place.since = Date.now();
    answered(place, true);
    log.info(`${adapter}: joined ${place.name}`);
    on.joined(lower(channel));
  });
  client.on('kick', ({ kicked, channel, nick, message }) => {
    if (isUs(kicked)) putOut(channel, `kicked by ${nick} (${message}) from`);
  });
  client.on('part', ({ nick, channel }) => {
    if (isUs(nick)) putOut(channel, 'removed from');
  });
  connection.onMessage((message) => {
    if (!/^[45]\d\d$/.test(message.command) || ABOUT_SPEAKING.has(message.command)) return;
    const place = find(message.params[1] ?? '');
    if (place?.asking) refused(message, place);
  });

  return {
    isConfigured: (channel) => config.channels.some((each) => lower(each) === lower(channel)),
    isIn: (channel) => find(channel)?.in ?? false,
    tried,
    async rejoin(channel) {
      const place = find(channel);
      if (!place) return false;
      const joined = new Promise<boolean>((resolve) => place.waiting.push(resolve));
      ask([place]);
      // A JOIN where we are already is passed over in silence; the round trip ends the waiting then.
      connection.roundTrip().then(() => {
        if (place.asking) answered(place, false);
      });
      return joined;
    },
  };
}

/** Names joined by commas, as many as fit into one line. */
function lists(names: readonly string[]): string[] {
  const result: string[] = [];
  for (const name of names) {
    const last = result.at(-1);
    if (last !== undefined && last.length + name.length < JOIN_BYTES)
      result[result.length - 1] = `${last},${name}`;
    else result.push(name);
  }
  return result;
}
