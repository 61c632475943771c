/** Where a message is put: a channel, and in it a thread by the `ts` of its first message. */
export interface Place {
  readonly channel: string;
  readonly thread?: string;
}

/** The place as arguments of the Web API. */
export function placed({ channel, thread }: Place): { channel: string; thread_ts?: string } {
  return { channel, ...(thread === undefined ? {} : { thread_ts: thread }) };
}

/** What every request that posts into a channel counts against: Slack allows about one a second for each. */
export function limitOf({ channel }: Place): string {
  return `chat.postMessage ${channel}`;
}
