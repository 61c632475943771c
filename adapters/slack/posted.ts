import type { SendError } from '../adapter.ts';
import type { Api } from './api.ts';
import type { Log } from './config.ts';
import { mayHaveHappened } from './errors.ts';
import { type Place, placed } from './place.ts';

const EVENT_TYPE = 'deployday_message';
const MOST_REMEMBERED = 1_000;
/** A message that was not recorded as sent is looked for among those of the last day. */
const LOOK_BACK = 24 * 60 * 60;

export interface Posted {
  readonly ts: string;
  /** We wrote into its thread: what belongs below it is there already. */
  readonly answered: boolean;
}

/**
 * Finds what was posted, but not recorded: Slack drops no repeats by itself, so every message carries the key of its sender
 * as metadata, and where an attempt may have got through without our knowing, the channel is searched for it. That is
 * after a lost answer, when the sender says that it was tried before, and once for each channel after a start, as the process
 * before may have ended between the two.
 */
export function rememberPosted(api: Api, us: () => { bot: string; user: string }, log: Log) {
  const sent = new Map<string, string>();
  const uncertain = new Set<string>();
  const looked = new Set<string>();

  async function search(place: Place, key: string): Promise<Posted | null> {
    const oldest = String(Math.floor(Date.now() / 1_000) - LOOK_BACK);
    const { messages = [] } = await api.call(
      'history',
      `looking for a message in ${place.channel}`,
      (client) =>
        place.thread === undefined
          ? client.conversations.history({ ...placed(place), oldest, limit: 200, include_all_metadata: true })
          : client.conversations.replies({
              channel: place.channel,
              ts: place.thread,
              oldest,
              limit: 1_000,
              include_all_metadata: true,
            }),
    );
    const { bot, user } = us();
    const found = messages.find(({ metadata, bot_id, user: author }) => {
      const isOurs = bot_id === bot || author === user;
      const payload = metadata?.event_payload as { key?: unknown } | undefined;
      return isOurs && metadata?.event_type === EVENT_TYPE && payload?.key === key;
    });
    if (found?.ts === undefined) return null;
    const { reply_users: writers = [] } = found as typeof found & { reply_users?: string[] };
    return { ts: found.ts, answered: place.thread !== undefined || writers.includes(user) };
  }

  return {
    /** The message with this key if it was posted before. `again`: an attempt before may have posted it. */
    async find(place: Place, key: string, again: boolean): Promise<Posted | null> {
      const known = sent.get(key);
      if (known !== undefined) return { ts: known, answered: true };
      const isUncertain = again || uncertain.has(key);
      if (!isUncertain && looked.has(place.channel)) return null;
      try {
        const found = await search(place, key);
        looked.add(place.channel);
        uncertain.delete(key);
        return found;
      } catch (error) {
        // That we cannot look is no reason not to speak, unless it may help to wait.
        const { retryable, retryAfter } = error as SendError;
        if (retryAfter !== undefined || (retryable && isUncertain)) throw error;
        if (!looked.has(place.channel)) log.warn(`${(error as Error).message}; a message may come twice`);
        looked.add(place.channel);
        return null;
      }
    },
    done(key: string | undefined, ts: string): void {
      if (key === undefined) return;
      uncertain.delete(key);
      sent.set(key, ts);
      const oldest = sent.keys().next().value;
      if (sent.size > MOST_REMEMBERED && oldest !== undefined) sent.delete(oldest);
    },
    failed(key: string | undefined, error: SendError): void {
      if (key !== undefined && mayHaveHappened(error)) uncertain.add(key);
    },
    metadata: (key: string | undefined) =>
      key === undefined ? {} : { metadata: { event_type: EVENT_TYPE, event_payload: { key } } },
  };
}
