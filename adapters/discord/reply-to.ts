/** What an answer answers. */
export type ReplyTo =
  /** A message in this channel or thread. */
  | { readonly kind: 'message'; readonly channel: string; readonly message: string }
  /** A command that people see being thought about until it is answered. */
  | ({ readonly kind: 'interaction' } & Interaction)
  /** The press of a button, under this message; what is refused is for the presser's eyes only. `null`: nobody else sees the message. */
  | ({ readonly kind: 'press'; readonly message: string | null } & Interaction);

export interface Interaction {
  readonly channel: string;
  readonly interaction: string;
  readonly application: string;
  /** Lets us answer for a quarter of an hour. Never log it. */
  readonly token: string;
  /** By our clock, in ms. */
  readonly expires: number;
}

const NOBODY_ELSES = '0';

/** As a text to be kept with the answer. */
export function writeReplyTo(reply: ReplyTo): string {
  if (reply.kind === 'message') return ['m', reply.channel, reply.message].join(' ');
  const { channel, interaction, application, token, expires } = reply;
  const rest = [channel, interaction, application, expires];
  if (reply.kind === 'interaction') return ['i', ...rest, token].join(' ');
  return ['p', ...rest, reply.message ?? NOBODY_ELSES, token].join(' ');
}

/** Null where the text is none of ours: the answer is a post in the channel then. */
export function readReplyTo(text: string | undefined): ReplyTo | null {
  const [kind = '', ...words] = text?.split(' ') ?? [];
  const count = { m: 2, i: 4, p: 5 }[kind];
  if (count === undefined) return null;
  const ids = words.slice(0, count);
  const token = words.slice(count).join(' ');
  if (ids.length < count || !ids.every((each) => /^\d{1,20}$/.test(each))) return null;
  const [channel = '', id = '', application = '', expires = '', pressed = ''] = ids;
  if (kind === 'm') return token === '' ? { kind: 'message', channel, message: id } : null;
  if (token === '') return null;
  const interaction = { channel, interaction: id, application, token, expires: Number(expires) };
  if (kind === 'i') return { kind: 'interaction', ...interaction };
  return { kind: 'press', message: pressed === NOBODY_ELSES ? null : pressed, ...interaction };
}
