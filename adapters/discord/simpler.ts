import { RESTJSONErrorCodes as Code } from 'discord.js';
import type { SendOptions } from '../adapter.ts';
import type { OutgoingMessage } from '../message.ts';
import { codeOf } from './errors.ts';

/** What is refused is not who says it, or where, but something in the message: its form, or its words (a server's AutoMod, filters). */
const REFUSED_FOR_CONTENT: readonly number[] = [
  Code.InvalidFormBodyOrContentType,
  Code.RequestEntityTooLarge,
  Code.CannotSendAnEmptyMessage,
  Code.MessageWasBlockedByAutomaticModeration,
  Code.TitleWasBlockedByAutomaticModeration,
  Code.MessageBlockedByHarmfulLinksFilter,
];

interface Said {
  readonly message: OutgoingMessage;
  readonly how: SendOptions;
}

export function isForContent(error: unknown): boolean {
  return REFUSED_FOR_CONTENT.includes(codeOf(error) ?? 0);
}

/**
 * What to say in place of a message that is refused for what is in it, one after the other until something is taken: its text alone, then only where it
 * can be read, and that in answer to nothing. Nothing where it is as simple as can be.
 */
export function simpler({ message, how }: Said): Said[] {
  const { kind, text, link, blocks, buttons, mood } = message;
  const { replyTo: _, ...alone } = how;
  const said = (words: string): OutgoingMessage => ({
    ...(kind ? { kind } : {}),
    text: words,
    ...(link === undefined ? {} : { link }),
  });
  const isRich = (blocks ?? []).length > 0 || (buttons ?? []).length > 0 || mood !== undefined;
  const where = `Discord does not take what is to be said here: ${link}`;
  return [
    ...(isRich ? [{ message: said(text), how }] : []),
    ...(link === undefined ? [] : [{ message: said(where), how: alone }]),
  ];
}
