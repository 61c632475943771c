import { setTimeout as pause } from 'node:timers/promises';
import { type Guide, SendError } from '../adapter.ts';
import type { Api } from './api.ts';
import type { Log } from './config.ts';
import type { Layout, Rest } from './layout.ts';
import { fallback } from './mrkdwn.ts';
import { limitOf, type Place, placed } from './place.ts';

const ATTEMPTS = 3;
/** Longer, and what is to be said next in the channel would wait too long. */
const LONGEST_PAUSE = 10_000;

/**
 * Puts below a message what did not fit into it: details as a post or a file in its thread, pictures beside it. The message
 * stands and has the link, so that a failure here is told to the operator only.
 */
export function createBelow(api: Api, guide: Guide | undefined, log: Log, stopped: AbortSignal) {
  async function details({ title, content, blocks }: Rest, thread: Place): Promise<void> {
    if (blocks) {
      const text = fallback(content.slice(0, 2_000));
      await api.call(limitOf(thread), `details in ${thread.channel}`, (client) =>
        client.chat.postMessage({ ...placed(thread), text, blocks, parse: 'none', unfurl_links: false }),
      );
    } else {
      await upload(thread, { filename: 'details.txt', title, content });
    }
  }

  async function picture(name: string, alt: string, place: Place): Promise<void> {
    const file = await guide?.picture(name);
    if (!file) return;
    const filename = `${name.replaceAll('/', '-')}.png`;
    await upload(place, { filename, title: alt.slice(0, 100), alt_text: alt.slice(0, 1_000), file });
  }

  async function upload(
    { channel, thread }: Place,
    file: { filename: string; title: string } & ({ content: string } | { file: Buffer; alt_text: string }),
  ): Promise<void> {
    await api.call('files', `the file ${file.filename} in ${channel}`, (client) =>
      client.filesUploadV2(
        thread === undefined
          ? { channel_id: channel, ...file }
          : { channel_id: channel, thread_ts: thread, ...file },
      ),
    );
  }

  /** Tries again what Slack asks to be patient with. */
  async function patiently(act: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        const wait = error instanceof SendError && error.retryable ? (error.retryAfter ?? 1_000) : Infinity;
        if (attempt === ATTEMPTS || wait > LONGEST_PAUSE || stopped.aborted) {
          return log.warn(`${(error as Error).message}; the message itself was posted`);
        }
        await pause(wait, undefined, { signal: stopped }).catch(() => {});
      }
    }
  }

  /** `ts`: the message that it belongs to, at `place`. */
  return async ({ rest, pictures }: Layout, place: Place, ts: string): Promise<void> => {
    if (rest) await patiently(() => details(rest, { channel: place.channel, thread: place.thread ?? ts }));
    for (const each of pictures) await patiently(() => picture(each.picture, each.alt, place));
  };
}
