import { type Heard, isHistory } from './batches.ts';
import { moment } from './clock.ts';
import type { IrcConfig, IrcTimes } from './config.ts';
import type { Connection } from './connection.ts';
import { isChannel, type Target } from './names.ts';

/** A time in which we heard nothing of a channel. */
interface Gap {
  /** When it began; our clock, milliseconds. */
  readonly from: number;
  /** An earlier process was there before; when it went is not known. */
  readonly isGuess: boolean;
}

/** What a line that is played back is to us: to be acted on now, only to be owned up to, or nothing. */
export type Missed = 'act' | 'admit' | 'pass';

/** What was played back of a channel on one connection. */
interface Played {
  lines: number;
  /** The server's clock, milliseconds. */
  oldest: number;
  /** A history was shown, even an empty one. */
  shown: boolean;
  /** Commands that are not acted on. */
  readonly late: Late[];
}

/** A command that is not acted on now. */
interface Late {
  readonly nick: string;
  /** As the bot would know it; undefined where the server gives no ids. */
  readonly id: string | undefined;
  /** It was said when this process heard nothing, and no other one was there. */
  readonly isUnheard: boolean;
}

/** Those of the messages that this process or an earlier one has taken in; null: nobody can tell. */
export type TakenIn = (ids: readonly string[]) => Promise<ReadonlySet<string> | null>;

/** What is to be said in a channel. */
export interface Owning {
  readonly text: string;
  /** The messages that it owns up to, where they have ids. */
  readonly ids: readonly string[];
}

/** Ids of messages that are remembered, since history shows them again. */
const MOST_SEEN = 2_000;
/** Some servers keep times to the second. Milliseconds. */
const ROUNDED = 1_000;
const AGAIN = 'Say it again if you wait for an answer.';

/**
 * What was said to the bot while it was away: acted on where the server shows it with id, time and account, else admitted, once for each
 * channel in which people speak to the bot. Outlives connections.
 */
export function createCatchUp(config: IrcConfig, times: IrcTimes, takenIn: TakenIn) {
  const gaps = new Map<Target, Gap>();
  const addressed = new Set<Target>();
  const seen = new Set<string>();

  const noteSeen = (id: string): void => {
    seen.add(id);
    const [oldest] = seen;
    if (seen.size > MOST_SEEN && oldest !== undefined) seen.delete(oldest);
  };

  return {
    /** Earlier processes were spoken to in these channels lately. */
    began(places: readonly Target[]): void {
      for (const place of places.filter(isChannel)) {
        addressed.add(place);
        gaps.set(place, { from: Date.now() - times.lookBack, isGuess: true });
      }
    },
    /** Since then nothing can have been heard. Milliseconds. */
    lost(places: readonly Target[], since: number): void {
      for (const place of places) if (!gaps.has(place)) gaps.set(place, { from: since, isGuess: false });
    },
    /** Somebody spoke to us. */
    heard(place: Target, id: string | undefined): void {
      addressed.add(place);
      if (id !== undefined) noteSeen(id);
    },
    on: (connection: Connection, placeOf: (channel: string) => Target | null) =>
      catchUpOn(connection, placeOf),
  };

  function catchUpOn(connection: Connection, placeOf: (channel: string) => Target | null) {
    const { clock, lower, has } = connection;
    const played = new Map<Target, Played>();
    let isOver = false;
    connection.ended.then(() => {
      isOver = true;
    });
    const playedOf = (channel: string): Played => {
      const known: Played = played.get(lower(channel)) ?? {
        ...{ lines: 0, oldest: Number.POSITIVE_INFINITY, shown: false, late: [] },
      };
      played.set(lower(channel), known);
      return known;
    };
    connection.onMessage((message) => {
      const { command, params, opens, batch } = message;
      if (opens && isHistory(opens)) playedOf(opens.params[0] ?? '').shown = true;
      if (command !== 'PRIVMSG' || !isHistory(batch)) return;
      const of = playedOf(params[0] ?? '');
      if (batch && isHistory({ ...batch, within: undefined })) of.lines++;
      of.oldest = Math.min(of.oldest, moment(tagsOf(message).time) ?? of.oldest);
    });
    const fromOf = (gap: Gap): number => clock.atServer(gap.from) - ROUNDED;
    const gapAt = (channel: string): Gap | undefined => {
      const place = placeOf(channel);
      return place === null ? undefined : gaps.get(place);
    };

    return {
      /** What to do with a line that is played back. */
      judge(message: Heard): Missed {
        const gap = gapAt(message.params[0] ?? '');
        const { time, msgid, account } = tagsOf(message);
        const at = moment(time);
        if (!gap || at === undefined || at < fromOf(gap)) return 'pass';
        if (msgid !== undefined && seen.has(msgid)) return 'pass';
        const isYoung = at >= clock.atServer(Date.now() - times.catchUp);
        // An earlier process took in most of what a new one is shown of a day; only an id tells which.
        if (gap.isGuess && msgid === undefined && !isYoung) return 'pass';
        const isVouchedFor = config.identify === 'nick' || (has('account-tag') && account !== undefined);
        return msgid !== undefined && isVouchedFor && isYoung ? 'act' : 'admit';
      },
      /** A command that is not acted on. `id`: as the bot would know it. */
      passedOver(message: Heard, id: string | undefined): void {
        const [channel = ''] = message.params;
        const gap = gapAt(channel);
        const said = moment(tagsOf(message).time) ?? Number.NEGATIVE_INFINITY;
        const isUnheard = gap !== undefined && !gap.isGuess && said >= clock.atServer(gap.from);
        playedOf(channel).late.push({ nick: message.nick, id, isUnheard });
      },
      /**
       * All that will be shown of the channel has been: resolves to what is to be said there, if anything. `most`: so many lines were asked for; undefined:
       * none were.
       */
      async looked(place: Target, at: Target, most: number | undefined): Promise<Owning | null> {
        const gap = gaps.get(place);
        if (!gap) return null;
        const { lines, oldest, shown, late } = playedOf(at);
        const ids = late.flatMap(({ id }) => id ?? []);
        const known = ids.length === 0 ? null : await takenIn(ids);
        // Where the connection ended meanwhile, the next one looks again, and says it.
        if (isOver || gaps.get(place) !== gap) return null;
        gaps.delete(place);
        const missed = late.filter(({ id }) => id === undefined || !known?.has(id));
        const isSure = missed.every(({ id, isUnheard }) => isUnheard || (id !== undefined && known !== null));
        const names = [...new Set(missed.map(({ nick }) => nick))].join(', ');
        const isAll = oldest < fromOf(gap) || (shown && most !== undefined && lines < most);
        const away = gap.isGuess
          ? 'I was away'
          : `I was away from ${stamp(gap.from)} to ${stamp(Date.now())}`;
        if (missed.length > 0) {
          const text = isSure
            ? `${names}: ${away} when you wrote to me here, and have not acted on it. ${AGAIN}`
            : `${names}: ${away} and may not have acted on what you wrote to me here. ${AGAIN}`;
          return { text, ids: known === null ? [] : missed.flatMap(({ id }) => id ?? []) };
        }
        if (!addressed.has(place)) return null;
        const unseen = `did not see what was written here meanwhile. ${AGAIN}`;
        if (gap.isGuess) return shown ? null : { text: `I was started anew, and ${unseen}`, ids: [] };
        const isLong = Date.now() - gap.from >= times.awayUntold;
        return isAll || !isLong ? null : { text: `${away} and ${unseen}`, ids: [] };
      },
    };
  }
}

export type CatchUp = ReturnType<typeof createCatchUp>;
export type CatchUpOn = ReturnType<CatchUp['on']>;

/** A message of several lines has its tags on the line that opens its batch. */
function tagsOf({ tags, batch }: Heard): Heard['tags'] {
  return batch?.type === 'draft/multiline' ? { ...batch.tags, ...tags } : tags;
}

function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
