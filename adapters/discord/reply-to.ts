/** What an answer answers. */
export type ReplyTo =
  /** A message in this channel or thread. */
  | { readonly kind: 'message'; readonly channel: string; readonly message: string }
  /** Something that was done there and is acknowledged already. */
  | { readonly kind: 'channel'; readonly channel: string }
  /** A command that people see being thought about until it is answered. */
  | {
      readonly kind: 'interaction';
      readonly channel: string;
      readonly interaction: string;
      readonly application: string;
      /** Lets us answer for a quarter of an hour. Never log it. */
      readonly token: string;
      /** By our clock, in ms. */
      readonly expires: number;
    };

/** As a text to be kept with the answer. */
export function writeReplyTo(reply: ReplyTo): string {
  if (reply.kind === 'message') return ['m', reply.channel, reply.message].join(' ');
  if (reply.kind === 'channel') return ['c', reply.channel].join(' ');
  const { channel, interaction, application, token, expires } = reply;
  return ['i', channel, interaction, application, expires, token].join(' ');
}

/** Null where the text is none of ours: the answer is a post in the channel then. */
export function readReplyTo(text: string | undefined): ReplyTo | null {
  const [kind, ...rest] = text?.split(' ') ?? [];
  const token = kind === 'i' ? rest.splice(4).join(' ') : '';
  const [channel = '', id = '', application = '', expires = ''] = rest;
  if (!rest.every((each) => /^\d{1,20}$/.test(each))) return null;
  if (kind === 'c' && rest.length === 1) return { kind: 'channel', channel };
  if (kind === 'm' && rest.length === 2) return { kind: 'message', channel, message: id };
  if (kind !== 'i' || rest.length !== 4 || token === '') return null;
  return { kind: 'interaction', channel, interaction: id, application, token, expires: Number(expires) };
}
