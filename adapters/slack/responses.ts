import { SendError } from '../adapter.ts';
import type { OutgoingMessage } from '../message.ts';
import { isOutside } from './errors.ts';
import type { Layout } from './layout.ts';
import type { ReplyTo } from './reply-to.ts';

const MOST_USES = 5;
/** Answers to what nobody else has to see. */
const PRIVATE: readonly OutgoingMessage['kind'][] = ['refusal', 'question'];

/** Answers by way of a command's `response_url`: at most five, within half an hour, no matter whether the bot is in the channel. */
export function createResponses(timeout: number, stopped: AbortSignal) {
  const used = new Map<string, number>();

  /** Old ones need not be remembered: Slack refuses them. */
  function count(url: string): number {
    const uses = (used.get(url) ?? 0) + 1;
    used.delete(url);
    used.set(url, uses);
    for (const oldest of used.keys()) {
      if (used.size <= 1_000) break;
      used.delete(oldest);
    }
    return uses;
  }

  return {
    canAnswer: ({ url, until = 0 }: ReplyTo): boolean =>
      url !== undefined && Date.now() < until && (used.get(url) ?? 0) < MOST_USES,
    /** `instead`: why it could not be posted; told when this way is closed, too. */
    async answer(url: string, message: OutgoingMessage, { text, blocks }: Layout, instead: SendError) {
      count(url);
      const hint = 'The bot is not in this channel: /invite it to see here how things go on.';
      const body = {
        response_type: PRIVATE.includes(message.kind) ? 'ephemeral' : 'in_channel',
        replace_original: false,
        text,
        blocks: isOutside(instead)
          ? [...blocks.slice(0, 49), { type: 'context', elements: [{ type: 'plain_text', text: hint }] }]
          : blocks,
      };
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.any([stopped, AbortSignal.timeout(timeout)]),
      }).catch((cause: unknown) => {
        throw new SendError(`${instead.message}; nor by the command's own way`, { retryable: true, cause });
      });
      const said = (await response.text().catch(() => '')).slice(0, 200);
      if (response.ok && !/^\{.*"ok":\s*false/s.test(said)) return;
      const isPassing = response.status === 429 || response.status >= 500;
      const seconds = Number(response.headers.get('retry-after'));
      throw new SendError(
        `${instead.message}; nor by the command's own way: ${said || `HTTP ${response.status}`}`,
        { retryable: isPassing, ...(seconds > 0 ? { retryAfter: seconds * 1_000 } : {}), cause: instead },
      );
    },
  };
}
