import type { Heard } from './batches.ts';
import type { IrcConfig, IrcTimes, Log } from './config.ts';
import type { Connection } from './connection.ts';
import { createPlaces, type Place } from './places.ts';

/** The configured channels on one connection: joined at the start, and gone back to whenever we are put out. */
export interface Channels {
  /** The configured channel that stands behind a channel on the server (itself, or one that forwards to it); null: none. */
  placeOf(channel: string): string | null;
  /** Where what is said in a configured channel goes now; null while we are not let in. */
  whereTo(channel: string): string | null;
  /** Why we have stopped trying to get in; null: we have not. */
  givenUp(channel: string): string | null;
  /** Why it does not let us in, where it was asked and has refused; we ask again. Null: it has not. */
  refusal(channel: string): string | null;
  /** Resolves when every channel has been joined or has refused us once. */
  readonly tried: Promise<void>;
  /** Asks to be let in again; true when that changed anything, false when we were in all along or are refused. */
  rejoin(channel: string): Promise<boolean>;
}

export interface ChannelUses {
  /** We are in, or no longer: the configured name and the channel on the server, both lower-cased. */
  joined(channel: string, at: string): void;
  left(channel: string, at: string): void;
  /** A kick for saying too much. */
  flooded(): void;
}

/** Errors that name a channel and yet do not answer a JOIN: they are about what we said there. */
const ABOUT_SPEAKING = new Set(['401', '404', '442']);
const FORWARDED = '470';
/** After this long in a channel, earlier kicks are forgotten. Milliseconds. */
const SETTLED = 300_000;
/** Whoever puts us out more often than this in a row means it. */
const MOST_KICKS = 5;

export function keepChannels(
  connection: Connection,
  config: IrcConfig,
  times: IrcTimes,
  log: Log,
  uses: ChannelUses,
): Channels {
  const { lower, isUs, write } = connection;
  const adapter = `irc:${config.network}`;
  const seconds = (delay: number): string => `${Math.ceil(delay / 1000)} s`;

  const places = createPlaces(config.channels, lower, async (asked, list) => {
    const attempts = asked.map((place) => place.asked);
    write(`JOIN ${list}`);
    if (!(await connection.roundTrip())) return;
    asked.forEach((place, at) => {
      if (place.asking && place.asked === attempts[at]) unanswered(place);
    });
  });
  /** Servers pass over a JOIN of a channel that we are in; otherwise the answer got lost. */
  const unanswered = (place: Place): void => {
    places.answered(place, false);
    if (place.at === null) places.askLater(place, times.rejoinRefused);
  };

  const cameIn = (channel: string): void => {
    const here = places.expecting(channel);
    for (const place of here) settle(place, channel);
    if (here.length > 0) return;
    log.warn(`${adapter}: leaving ${channel}, which the configuration does not name`);
    write(`PART ${channel}`);
  };
  const settle = (place: Place, channel: string): void => {
    const before = place.at;
    places.entered(place, channel);
    const isForwarded = lower(channel) !== lower(place.name);
    if (isForwarded) places.askLater(place, times.rejoinMax);
    if (place.at === before) return;
    if (isForwarded) {
      log.warn(
        `${adapter}: ${place.name} forwards to ${channel}; until it lets us in, its talk goes on there`,
      );
    } else log.info(`${adapter}: joined ${place.name}`);
    if (before !== null && places.at(before).length === 0) write(`PART ${before}`);
    uses.joined(lower(place.name), lower(channel));
  };
  const forwarded = (from: string, to: string): void => {
    for (const place of places.asking(from)) {
      place.forward = lower(to);
      if (places.at(to).length > 0) settle(place, to); // we are there already, so no JOIN follows
    }
  };

  const putOut = (channel: string, how: string): void => {
    for (const place of places.at(channel)) {
      place.at = null;
      if (Date.now() - place.since > SETTLED) place.kicks = 0;
      place.kicks++;
      const delay = Math.min(times.rejoin * 2 ** (place.kicks - 1), times.rejoinRefused);
      if (place.kicks > MOST_KICKS) giveUp(place, how);
      else {
        log.warn(`${adapter}: ${how} ${place.name}; going back in ${seconds(delay)}`);
        places.askLater(place, delay);
      }
      uses.left(lower(place.name), lower(channel));
    }
  };
  const giveUp = (place: Place, how: string): void => {
    place.givenUp = `${how} it, ${place.kicks} times in a row; to have the bot back: /invite ${connection.nick} ${place.name}`;
    log.error(`${adapter}: staying out of ${place.name}: ${place.givenUp}`);
  };

  const refused = ({ params }: Heard, place: Place): void => {
    const why = params.at(-1) ?? '';
    const delay = Math.min(times.rejoinRefused * 2 ** place.refusals++, times.rejoinMax);
    if (place.at === null && place.refusal !== why) {
      const next = `asking again in ${seconds(delay)}, then less and less often`;
      log.warn(`${adapter}: cannot join ${place.name}: ${why}; ${next}`);
      place.refusal = why;
    }
    places.askLater(place, delay);
    places.answered(place, false);
  };
  const invited = (channel: string): void => {
    const place = places.named(channel);
    if (!place || place.at === lower(channel)) return;
    place.givenUp = null;
    place.kicks = Math.min(place.kicks, MOST_KICKS - 1);
    places.askLater(place, times.rejoin);
  };

  // Only then is it known how the server compares names.
  connection.registered.then(() => places.askAll());
  connection.ended.then(() => places.stop());

  connection.onMessage((message) => {
    const { command, nick, params } = message;
    const [first = '', second = '', third = ''] = params;
    if (command === 'JOIN' && isUs(nick)) cameIn(first);
    else if (command === 'PART' && isUs(nick)) putOut(first, 'removed from');
    else if (command === 'KICK' && isUs(second)) {
      if (/\bflood/i.test(third)) uses.flooded();
      putOut(first, `kicked by ${message.prefix.split('!')[0]} (${third}) from`);
    } else if (command === 'INVITE' && isUs(first)) invited(second);
    else if (command === FORWARDED) forwarded(second, third);
    else if (/^[45]\d\d$/.test(command) && !ABOUT_SPEAKING.has(command)) {
      for (const place of places.asking(second)) refused(message, place);
    }
  });

  return {
    placeOf: (channel) => places.behind(channel),
    whereTo: (channel) => places.named(channel)?.at ?? null,
    givenUp: (channel) => places.named(channel)?.givenUp ?? null,
    refusal(channel) {
      const place = places.named(channel);
      return place && place.at === null && place.refusal !== '' ? place.refusal : null;
    },
    tried: places.tried,
    rejoin(channel) {
      const place = places.named(channel);
      if (!place) return Promise.resolve(false);
      const joined = new Promise<boolean>((resolve) => place.waiting.push(resolve));
      places.ask([place]);
      return joined;
    },
  };
}
