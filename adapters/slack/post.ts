import { randomUUID } from 'node:crypto';
import { SendError, type SendOptions } from '../adapter.ts';
import type { OutgoingMessage } from '../message.ts';
import type { Api } from './api.ts';
import type { createBelow } from './below.ts';
import type { Log } from './config.ts';
import { isLostThread, isOutside, isRefusedContent } from './errors.ts';
import { type Layout, layout } from './layout.ts';
import { limitOf, type Place, placed } from './place.ts';
import type { rememberPosted } from './posted.ts';
import { type Press, type ReplyTo, readReplyTo } from './reply-to.ts';
import type { createResponses } from './responses.ts';

export interface PostOptions {
  readonly api: Api;
  readonly posted: ReturnType<typeof rememberPosted>;
  readonly below: ReturnType<typeof createBelow>;
  readonly responses: ReturnType<typeof createResponses>;
  /** Draws somebody's home tab anew; absent: there are none. */
  readonly showHome: ((user: string) => Promise<void>) | undefined;
  readonly log: Log;
}

/** Ids of answers that Slack gives no `ts` to edit them by: those by way of a `response_url`, and those to one person alone. */
const RESPONSE = 'response-';

/** Posts and changes messages. Calls for one channel must come one after the other: that keeps their order. */
export function createPost({ api, posted, below, responses, showHome, log }: PostOptions) {
  async function post(place: Place, { text, blocks }: Layout, key: string | undefined): Promise<string> {
    const { ts } = await api.call(limitOf(place), `posting to ${place.channel}`, (client) =>
      client.chat.postMessage({
        ...placed(place),
        ...posted.metadata(key),
        text,
        blocks,
        parse: 'none',
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
    if (ts === undefined)
      throw new SendError(
        `posting to ${place.channel}: Slack took it and did not say as which message (no ts)`,
        { retryable: false },
      );
    return ts;
  }

  /** Tells where it was put, too: in the channel, if the thread is gone. */
  async function postSomehow(place: Place, all: Layout, key?: string): Promise<{ ts: string; place: Place }> {
    try {
      return { ts: await post(place, all, key), place };
    } catch (error) {
      if (place.thread !== undefined && isLostThread(error)) {
        return postSomehow({ channel: place.channel }, all, key);
      }
      if (!isRefusedContent(error) || all.blocks.length === 0) throw error;
      log.warn(`${(error as Error).message}; posted as plain text`);
      return postSomehow(place, { ...all, blocks: [] }, key);
    }
  }

  /** To one person alone, where that person pressed a button; false where that is not possible. */
  async function whisper(
    channel: string,
    message: OutgoingMessage,
    { user, thread }: Press,
    to: ReplyTo,
  ): Promise<boolean> {
    const shown = layout(message, { inPlace: true });
    const { text, blocks } = shown;
    try {
      await api.call(`chat.postEphemeral ${channel}`, `telling ${user} in ${channel}`, (client) =>
        client.chat.postEphemeral({
          ...placed({ channel, ...(thread ? { thread } : {}) }),
          user,
          text,
          blocks,
          parse: 'none',
        }),
      );
      return true;
    } catch (error) {
      const failure = error as SendError;
      if (failure.retryable) throw failure;
      if (to.url === undefined || !responses.canAnswer(to)) return false;
      await responses.answer(to.url, message, shown, failure);
      return true;
    }
  }

  /** What was pressed on it has been answered; a failure only leaves it as it was. */
  function homeIsOld({ press }: ReplyTo): void {
    if (!press?.atHome) return;
    showHome?.(press.user).catch((error: Error) => log.warn(error.message));
  }

  return {
    /** Resolves to the id of the message. */
    async send(
      channel: string,
      message: OutgoingMessage,
      { key, again = false, replyTo }: SendOptions,
    ): Promise<string> {
      const to = readReplyTo(replyTo);
      homeIsOld(to);
      // A conversation with one person is private by itself.
      const isPrivate = message.kind === 'refusal' && to.press && !channel.startsWith('D');
      if (isPrivate && (await whisper(channel, message, to.press, to))) return RESPONSE + randomUUID();
      const place: Place = { channel, ...(to.thread === undefined ? {} : { thread: to.thread }) };
      const all = layout(message, { inPlace: message.kind === 'board' });
      if (all.text.trim() === '' && all.blocks.length === 0) {
        throw new SendError(`${channel}: the message has no visible text`, { retryable: false });
      }
      const before = key === undefined ? null : await posted.find(place, key, again);
      if (before) {
        posted.done(key, before.ts);
        if (!before.answered) await below(all, place, before.ts);
        return before.ts;
      }
      try {
        const { ts, place: at } = await postSomehow(place, all, key);
        posted.done(key, ts);
        await below(all, at, ts);
        return ts;
      } catch (error) {
        const failure = error as SendError;
        posted.failed(key, failure);
        if (!isOutside(failure) || to.url === undefined || !responses.canAnswer(to)) throw failure;
        await responses.answer(to.url, message, layout(message, { inPlace: true }), failure);
        return RESPONSE + randomUUID();
      }
    },

    async edit(channel: string, ts: string, message: OutgoingMessage): Promise<void> {
      if (ts.startsWith(RESPONSE)) {
        const why = `${channel}: Slack cannot change an answer that went by way of a command`;
        throw new SendError(why, { retryable: false, lost: 'message' });
      }
      const { text, blocks } = layout(message, { inPlace: true });
      const update = (shown: Layout['blocks']) =>
        api.call('chat.update', `changing a message in ${channel}`, (client) =>
          client.chat.update({ channel, ts, text, blocks: shown, parse: 'none' }),
        );
      await update(blocks).catch((error: unknown) => {
        if (!isRefusedContent(error)) throw error;
        log.warn(`${(error as Error).message}; shown as plain text`);
        return update([]);
      });
    },
  };
}
