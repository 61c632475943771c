/** Where an answer goes: what `IncomingMessage.replyTo` holds. */
export interface ReplyTo {
  /** The thread, by the `ts` of its first message. */
  readonly thread?: string;
  /** The `response_url` of a command or press, by which answers come through where the bot is not a member. */
  readonly url?: string;
  /** Ms since 1970 until which Slack takes answers there. */
  readonly until?: number;
  /** It answers the press of a button. */
  readonly press?: Press;
}

/** Who pressed a button where: what is refused concerns nobody else. */
export interface Press {
  /** By id. */
  readonly user: string;
  /** The thread that the button is in; absent: it stands in the channel. */
  readonly thread?: string;
  /** It is on the presser's home tab, which is out of date with the answer. */
  readonly atHome?: true;
}

/** Slack's own: 30 minutes. */
const URL_LIVES = 30 * 60_000;

export function replyTo(thread: string | undefined, url?: string, press?: Press): { replyTo?: string } {
  const to: ReplyTo = {
    ...(thread ? { thread } : {}),
    ...(url ? { url, until: Date.now() + URL_LIVES } : {}),
    ...(press ? { press } : {}),
  };
  return Object.keys(to).length === 0 ? {} : { replyTo: JSON.stringify(to) };
}

/** Anything that is not ours is as good as nothing: the answer is a post in the channel. */
export function readReplyTo(text: string | undefined): ReplyTo {
  try {
    const { thread, url, until, press } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof thread === 'string' ? { thread } : {}),
      ...(typeof url === 'string' && typeof until === 'number' ? { url, until } : {}),
      ...(isPress(press) ? { press } : {}),
    };
  } catch {
    return {};
  }
}

function isPress(press: unknown): press is Press {
  return typeof press === 'object' && press !== null && 'user' in press && typeof press.user === 'string';
}
