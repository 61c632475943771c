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
 * Puts below a message what did not fit into it: details as a post or a file in its thread, and pictures. The message
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

  /** Its words alone where there is nothing to draw: nobody shall miss what they say. */
  async function picture(name: string, alt: string, place: Place): Promise<void> {
    const file = await drawn(name);
    if (!file) {
      const text = fallback(alt);
      await api.call(limitOf(place), `the words of ${name} in ${place.channel}`, (client) =>
        client.chat.postMessage({ ...placed(place), text, parse: 'none', unfurl_links: false }),
      );
      return;
    }
    const filename = `${name.replaceAll('/', '-')}.png`;
    await upload(place, { filename, title: alt.slice(0, 100), alt_text: alt.slice(0, 1_000), file });
  }

  async function drawn(name: string): Promise<Buffer | null> {
    try {
      return (await guide?.picture(name)) ?? null;
    } catch (error) {
      log.warn(`the picture ${name} could not be drawn: ${(error as Error).message}`);
      return null;
    }
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
    const thread: Place = { channel: place.channel, thread: place.thread ?? ts };
    if (rest) await patiently(() => details(rest, thread));
    for (const each of pictures) await patiently(() => picture(each.picture, each.alt, thread));
  };
}
