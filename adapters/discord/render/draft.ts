import type { APIActionRowComponent, APIButtonComponent, APIEmbed, RawFile } from 'discord.js';
import type { Guide } from '../../adapter.ts';
import type { OutgoingMessage } from '../../message.ts';
import { plain } from '../../render/plain.ts';
import { layOut } from './layout.ts';

/** A message as Discord takes it. Every field is there: an edit replaces all of them. */
export interface Draft {
  readonly body: {
    readonly content: string;
    readonly embeds: readonly APIEmbed[];
    readonly components: readonly APIActionRowComponent<APIButtonComponent>[];
    /** Nobody is pinged, whatever the text says, but who is called on purpose. */
    readonly allowed_mentions: {
      readonly parse: [];
      readonly users?: readonly string[];
      readonly replied_user: false;
    };
  };
  readonly pictures: readonly Attachment[];
  /** All of the message as a text file, where not all of it is shown. */
  readonly whole: Attachment | null;
}

export interface Attachment {
  readonly file: RawFile;
  /** Says in words what a picture shows. */
  readonly description: string;
}

/** Beside words that say the same. */
const COLOURS = { good: 0x2e7d32, bad: 0xc62828, busy: 0x1565c0, waiting: 0xf9a825 };
/** So many characters to call somebody by. */
const CALL = 26;
const MOST_PICTURES = 4;
const LONGEST_DESCRIPTION = 1_024;
/** Discord takes 10 MiB with a message. */
const LARGEST_FILE = 8 * 1024 * 1024;

export async function draftOf(
  message: OutgoingMessage,
  draw: Guide['picture'],
  rows: Draft['body']['components'],
): Promise<Draft> {
  const { content, details, whole } = layOut(message, message.mention === undefined ? 0 : CALL);
  const pictures = await drawn(message, draw);
  const colour = message.mood === undefined ? {} : { color: COLOURS[message.mood] };
  const [first, ...others] = pictures.map((picture) => ({
    ...colour,
    image: { url: `attachment://${picture.file.name}` },
  }));
  const embeds: APIEmbed[] =
    details === '' ? (first ? [first] : []) : [{ ...colour, ...first, description: details }];
  const user = /^discord:(\d{1,20})$/.exec(message.mention ?? '')?.[1];
  const called = user === undefined ? '' : `<@${user}> `;
  const isEmpty = content.trim() === '' && embeds.length === 0;
  return {
    body: {
      content: isEmpty ? '…' : `${called}${content}`,
      embeds: [...embeds, ...others],
      components: rows,
      allowed_mentions: { parse: [], ...(user === undefined ? {} : { users: [user] }), replied_user: false },
    },
    pictures,
    whole: whole === null ? null : textFile(whole),
  };
}

/** What a body says of its attachments; `[]` takes away those of an edited message. */
export function attached(attachments: readonly Attachment[]) {
  return {
    attachments: attachments.map(({ file, description }, id) => ({
      id,
      filename: file.name,
      ...(description === '' ? {} : { description }),
    })),
  };
}

async function drawn(message: OutgoingMessage, draw: Guide['picture']): Promise<Attachment[]> {
  const blocks = (message.blocks ?? []).filter((block) => block.type === 'picture').slice(0, MOST_PICTURES);
  const attachments = blocks.map(async ({ picture, alt }, at) => {
    const data = await draw(picture);
    if (!data || data.length > LARGEST_FILE) return [];
    const file = { name: `picture-${at + 1}.png`, data, contentType: 'image/png' };
    return [{ file, description: plain(alt).slice(0, LONGEST_DESCRIPTION) }];
  });
  return (await Promise.all(attachments)).flat();
}

function textFile(text: string): Attachment {
  const data = Buffer.from(text);
  const end = '\n… the rest was left out: it is too long for Discord\n';
  const cut =
    data.length > LARGEST_FILE ? Buffer.concat([data.subarray(0, LARGEST_FILE), Buffer.from(end)]) : data;
  return {
    file: { name: 'details.txt', data: cut, contentType: 'text/plain; charset=utf-8' },
    description: '',
  };
}
