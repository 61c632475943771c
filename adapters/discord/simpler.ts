import { RESTJSONErrorCodes as Code } from 'discord.js';
import type { SendOptions } from '../adapter.ts';
import type { OutgoingMessage } from '../message.ts';
import { codeOf } from './errors.ts';
import { readReplyTo } from './reply-to.ts';

/** What is refused is not who says it, or where, but something in the message: its form, or its words (a server's AutoMod, filters). */
const REFUSED_FOR_CONTENT: readonly number[] = [
  Code.InvalidFormBodyOrContentType,
  Code.RequestEntityTooLarge,
  Code.CannotSendAnEmptyMessage,
  Code.MessageWasBlockedByAutomaticModeration,
  Code.TitleWasBlockedByAutomaticModeration,
  Code.MessageBlockedByHarmfulLinksFilter,
];

export function isForContent(error: unknown): boolean {
  return REFUSED_FOR_CONTENT.includes(codeOf(error) ?? 0);
}

/** How much of a message is said: all of it, its text alone, or only where it can be read. */
export type Form = 'whole' | 'text' | 'link';
const FORMS: readonly Form[] = ['whole', 'text', 'link'];

interface InForm {
  readonly form: Form;
  readonly message: OutgoingMessage;
  readonly how: SendOptions;
}

/**
 * In which forms to say a message, one after the other until something is taken that is not refused for what is in it; `from`: the fullest that is worth
 * trying. Whoever is to act is called in each of them. Where the message can be read is said in answer to nothing, but for a command that people see
 * being waited for.
 */
export function formsOf(message: OutgoingMessage, how: SendOptions, from: Form): InForm[] {
  const { kind, text, link, blocks, buttons, mood, mention } = message;
  const said = (words: string): OutgoingMessage => ({
    ...(kind ? { kind } : {}),
    text: words,
    ...(link === undefined ? {} : { link }),
    ...(mention === undefined ? {} : { mention }),
  });
  const isRich = (blocks ?? []).length > 0 || (buttons ?? []).length > 0 || mood !== undefined;
  const where = `Discord does not take what is to be said here: ${link}`;
  const all: InForm[] = [
    { form: isRich ? 'whole' : 'text', message, how },
    ...(isRich ? [{ form: 'text' as const, message: said(text), how }] : []),
    ...(link === undefined ? [] : [{ form: 'link' as const, message: said(where), how: apart(how) }]),
  ];
  const worth = all.filter(({ form }) => FORMS.indexOf(form) >= FORMS.indexOf(from));
  return worth.length > 0 ? worth : all;
}

/** In answer to nothing; an interaction stays answered, since it may be the only way to say anything there. */
function apart(how: SendOptions): SendOptions {
  const { replyTo, ...alone } = how;
  const reply = readReplyTo(replyTo);
  return reply && reply.kind !== 'message' ? how : alone;
}
