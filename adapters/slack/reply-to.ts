/** Where an answer goes: what `IncomingMessage.replyTo` holds. */
export interface ReplyTo {
  /** The thread, by the `ts` of its first message. */
  readonly thread?: string;
  /** The `response_url` of a command or press, by which answers come through where the bot is not a member. */
  readonly url?: string;
  /** Ms since 1970 until which Slack takes answers there. */
  readonly until?: number;
}

/** Slack's own: 30 minutes. */
const URL_LIVES = 30 * 60_000;

export function replyTo(thread: string | undefined, url?: string, now = Date.now()): { replyTo?: string } {
  if (!thread && !url) return {};
  const to: ReplyTo = {
    ...(thread ? { thread } : {}),
    ...(url ? { url, until: now + URL_LIVES } : {}),
  };
  return { replyTo: JSON.stringify(to) };
}

/** Anything that is not ours is as good as nothing: the answer is a post in the channel. */
export function readReplyTo(text: string | undefined): ReplyTo {
  try {
    const { thread, url, until } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof thread === 'string' ? { thread } : {}),
      ...(typeof url === 'string' && typeof until === 'number' ? { url, until } : {}),
    };
  } catch {
    return {};
  }
}
