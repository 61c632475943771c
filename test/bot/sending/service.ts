import { type Adapter, type AdapterFeatures, type MessageRef, SendError } from '../../../adapters/adapter.ts';

/** A chat service that a test rules over: what it takes, when, and what it then shows. */
export interface Service {
  readonly adapter: Adapter;
  /** What stands in a channel now: edits have changed it, repeats of a key were dropped. */
  shown(channel: string): string[];
  /** Everything that was asked of it, in order: `post C1 text`, `edit C1 text`. */
  readonly asked: string[];
  /** The next requests end so, in order. */
  readonly faults: ('lost answer' | SendError)[];
  /** Channels that are gone, without the service's name. */
  readonly gone: Set<string>;
  /** Requests for this channel are answered only when the promise is. */
  hold(channel: string): () => void;
  /** Somebody deletes what stands there. */
  clear(channel: string): void;
}

/** `name` begins its channels: `fake/C1`. */
export function createService(features: AdapterFeatures): Service {
  const posts: { id: string; channel: string; key: string | undefined; text: string }[] = [];
  const asked: string[] = [];
  const faults: Service['faults'] = [];
  const gone = new Set<string>();
  const holds = new Map<string, Promise<void>>();
  let count = 0;

  async function answer<T>(what: string, channel: string, text: string, act: () => T): Promise<T> {
    asked.push(`${what} ${channel.replace('fake/', '')} ${text}`);
    await holds.get(channel);
    if (gone.has(channel.replace('fake/', ''))) {
      throw new SendError('channel_not_found', { retryable: false, lost: 'channel' });
    }
    const fault = faults.shift();
    if (fault instanceof SendError) throw fault;
    const result = act();
    if (fault) throw new SendError('the answer was lost', { retryable: true, retryAfter: 1 });
    return result;
  }

  const adapter: Adapter = {
    name: 'fake',
    features,
    start: async () => {},
    send: (channel, { text }, how) =>
      answer('post', channel, text, (): MessageRef => {
        const before = posts.find(({ key }) => key !== undefined && key === how?.key);
        if (before) return { channel, id: before.id };
        count += 1;
        posts.push({ id: `m${count}`, channel, key: how?.key, text });
        return { channel, id: `m${count}` };
      }),
    edit: (ref, { text }) =>
      answer('edit', ref.channel, text, () => {
        const post = posts.find(({ id }) => id === ref.id);
        if (!post) throw new SendError('message_not_found', { retryable: false, lost: 'message' });
        post.text = text;
      }),
    stop: async () => {},
  };
  return {
    adapter,
    asked,
    faults,
    gone,
    shown: (channel) => posts.flatMap((post) => (post.channel === `fake/${channel}` ? [post.text] : [])),
    hold(channel) {
      let open = () => {};
      holds.set(
        `fake/${channel}`,
        new Promise((resolve) => {
          open = () => {
            holds.delete(`fake/${channel}`);
            resolve();
          };
        }),
      );
      return open;
    },
    clear(channel) {
      for (const post of posts.splice(0)) if (post.channel !== `fake/${channel}`) posts.push(post);
    },
  };
}
