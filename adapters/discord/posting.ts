import { createHash, randomBytes } from 'node:crypto';
import { type APIMessage, RESTJSONErrorCodes as Code, MessageFlags, Routes } from 'discord.js';
import type { Api } from './api.ts';
import { codeOf } from './errors.ts';
import { type Attachment, attached, type Draft } from './render/draft.ts';

export interface Post {
  readonly body: Draft['body'];
  readonly attachments: readonly Attachment[];
  /** The same at every attempt, so that Discord drops repeats. */
  readonly nonce: string;
  /** The message it answers, if that is in the same channel and still there. */
  readonly answers?: string;
  /** Tell nobody's telephone. */
  readonly silent?: boolean;
}

/** Where a message is; what its reference is made of. */
export interface Posted {
  readonly channel: string;
  readonly message: string;
}

/** Discord takes so many characters of nonce. */
const LONGEST_NONCE = 25;

/** Posts a message of the bot's own; what it may not do there is left out, if it can be. */
export async function post(api: Api, channel: string, message: Post): Promise<Posted> {
  const { body, attachments, nonce, answers, silent } = message;
  try {
    const posted = await api.request({
      method: 'Post',
      route: Routes.channelMessages(channel),
      body: {
        ...body,
        ...(attachments.length > 0 ? attached(attachments) : {}),
        nonce,
        enforce_nonce: true,
        ...(answers === undefined
          ? {}
          : { message_reference: { message_id: answers, fail_if_not_exists: false } }),
        ...(silent ? { flags: MessageFlags.SuppressNotifications } : {}),
      },
      files: attachments.map(({ file }) => file),
    });
    return placeOf(posted, channel);
  } catch (error) {
    const { answers: _, ...alone } = message;
    if (answers !== undefined && NO_HISTORY.includes(codeOf(error) ?? 0)) return post(api, channel, alone);
    if (attachments.length > 0 && codeOf(error) === Code.MissingPermissions) {
      return post(api, channel, { ...message, body: withoutPictures(body), attachments: [] });
    }
    throw error;
  }
}

/** Without Read Message History the bot may not answer a certain message. */
const NO_HISTORY: readonly number[] = [
  Code.CannotReplyWithoutPermissionToReadMessageHistory,
  Code.CannotReferenceAMessageWithoutPermissionToReadMessageHistory,
];

export function placeOf(posted: unknown, channel: string): Posted {
  const { id, channel_id } = posted as APIMessage;
  return { channel: channel_id ?? channel, message: id };
}

function withoutPictures(body: Draft['body']): Draft['body'] {
  const embeds = body.embeds.flatMap(({ image: _, ...embed }) => (embed.description ? [embed] : []));
  return { ...body, embeds, ...(body.content === '' && embeds.length === 0 ? { content: '…' } : {}) };
}

/** A nonce for the message with this key, or for a further part of it. */
export function nonceFor(key: string | undefined, part = 0): string {
  if (key === undefined) return randomBytes(12).toString('hex');
  if (part === 0 && key.length <= LONGEST_NONCE) return key;
  return createHash('sha256').update(`${key}/${part}`).digest('hex').slice(0, LONGEST_NONCE);
}
