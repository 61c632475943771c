import { RESTJSONErrorCodes as Code, Routes } from 'discord.js';
import { type Guide, type MessageRef, SendError, type SendOptions } from '../adapter.ts';
import type { OutgoingMessage } from '../message.ts';
import type { createAnswers } from './answers.ts';
import type { Api } from './api.ts';
import { BoundedMap } from './bounded.ts';
import type { Log } from './config.ts';
import { codeOf, sendError } from './errors.ts';
import { channelIdOf, isDirect, NAME } from './names.ts';
import type { Places } from './places.ts';
import { nonceFor, type Posted, post } from './posting.ts';
import type { createButtons } from './render/buttons.ts';
import { type Attachment, attached, type Draft, draftOf } from './render/draft.ts';
import { type ReplyTo, readReplyTo } from './reply-to.ts';
import { type Form, formsOf, isForContent } from './simpler.ts';
import { tellInThread } from './threads.ts';
import { createTurns } from './turns.ts';

interface Options {
  readonly api: Api;
  readonly places: Places;
  readonly answers: ReturnType<typeof createAnswers>;
  readonly buttons: ReturnType<typeof createButtons>;
  readonly guide: Guide | undefined;
  readonly log: Log;
}

/** Says things on Discord: in order within a channel, as an answer where one is waited for. */
export function createOutbound({ api, places, answers, buttons, guide, log }: Options) {
  const turns = createTurns();
  /** In which form each message was taken after a refusal: a board is told anew every few seconds. */
  const taken = new BoundedMap<{ readonly form: Form; readonly until: number }>(MOST_REMEMBERED);

  const draw: Guide['picture'] = async (name) => {
    try {
      return (await guide?.picture(name)) ?? null;
    } catch (error) {
      log.warn(`${NAME}: the picture ${name} could not be drawn: ${(error as Error).message}`);
      return null;
    }
  };
  const draft = (message: OutgoingMessage): Promise<Draft> =>
    draftOf(message, draw, buttons.rows(message.buttons ?? []));

  /** Tries it as it is, and more simply where Discord refuses what is in it: what must be said gets through in some form. */
  async function inSomeForm(
    where: string,
    message: OutgoingMessage,
    how: SendOptions,
    from: Form,
    act: (message: OutgoingMessage, how: SendOptions) => Promise<Posted>,
  ): Promise<Posted> {
    let refusal: unknown;
    for (const each of formsOf(message, how, from)) {
      try {
        const posted = await act(each.message, each.how);
        if (refusal !== undefined)
          taken.set(posted.message, { form: each.form, until: Date.now() + SIMPLE_FOR_MS });
        return posted;
      } catch (error) {
        if (!isForContent(error)) throw error;
        refusal ??= error;
        log.warn(`${sendError(where, error).message}; it is said more simply`);
      }
    }
    throw refusal;
  }

  /** The fullest form that a posted message may be changed to; what was refused a while ago may pass now. */
  function fullest(message: string): Form {
    const known = taken.get(message);
    return known && known.until > Date.now() ? known.form : 'whole';
  }

  async function say(name: string, message: OutgoingMessage, how: SendOptions): Promise<Posted> {
    const channel = idOf(name);
    const { body, pictures, whole } = await draft(message);
    const reply = readReplyTo(how.replyTo);
    const target = reply?.channel ?? channel;
    const thread =
      whole && message.kind === 'outcome' && !isDirect(name) && (await places.takesThreads(target));
    const attachments = whole && !thread ? [...pictures, whole] : pictures;
    const given = reply && (await byToken(reply, message, body, attachments, how.key));
    const posted =
      given ?? (await postIn(channel, reply, message, { body, attachments, nonce: nonceFor(how.key) }));
    if (thread) await tellMore(posted, message, whole, how.key, { body, attachments });
    return posted;
  }

  /** In place of the waiting, or for the eyes of who pressed a button; null: it is to be posted. */
  async function byToken(
    reply: ReplyTo,
    message: OutgoingMessage,
    body: Draft['body'],
    attachments: readonly Attachment[],
    key: string | undefined,
  ): Promise<Posted | null> {
    if (reply.kind === 'interaction') return answers.give(reply, body, attachments, key);
    if (reply.kind !== 'press' || message.kind !== 'refusal') return null;
    return answers.follow(reply, body, attachments, { privately: true });
  }

  /** In the channel or thread that it answers in; in the channel itself if that is gone or closed to us. */
  async function postIn(
    channel: string,
    reply: ReplyTo | null,
    message: OutgoingMessage,
    what: Parameters<typeof post>[2],
  ): Promise<Posted> {
    const silent = message.kind === 'board';
    if (!reply) return post(api, channel, { ...what, silent });
    const answered = reply.kind === 'interaction' ? null : reply.message;
    try {
      return await post(api, reply.channel, {
        ...what,
        ...(answered === null ? {} : { answers: answered }),
        silent,
      });
    } catch (error) {
      if (reply.kind === 'press' && NO_ACCESS.includes(codeOf(error) ?? 0)) {
        const { body, attachments } = what;
        const said = await answers.follow(reply, body, attachments, { privately: false });
        if (said) return said;
      }
      if (reply.channel === channel || !CLOSED.includes(codeOf(error) ?? 0)) throw error;
      return post(api, channel, { ...what, silent });
    }
  }

  /** The outcome is told by now; what more there is to it must not make it told twice. */
  async function tellMore(
    posted: Posted,
    message: OutgoingMessage,
    whole: Attachment,
    key: string | undefined,
    { body, attachments }: { body: Draft['body']; attachments: readonly Attachment[] },
  ): Promise<void> {
    try {
      const [title = ''] = message.text.split('\n');
      await tellInThread(api, posted, { title, whole, key });
    } catch (error) {
      log.warn(
        sendError(`${NAME}: no thread could be made of an outcome, its details are a file`, error).message,
      );
      await change(posted, body, [...attachments, whole]).catch((again: unknown) =>
        log.warn(sendError(`${NAME}: the details of an outcome are left to its link`, again).message),
      );
    }
  }

  /** As an ordinary message of the bot's, which holds longer than an interaction; by its token only where the bot may not. */
  async function change(
    { channel, message }: Posted,
    body: Draft['body'],
    attachments: readonly Attachment[],
  ): Promise<void> {
    try {
      await api.request({
        method: 'Patch',
        route: Routes.channelMessage(channel, message),
        body: { ...body, ...attached(attachments) },
        files: attachments.map(({ file }) => file),
      });
    } catch (error) {
      if (!NO_ACCESS.includes(codeOf(error) ?? 0)) throw error;
      if (!(await answers.change(message, body, attachments))) throw error;
    }
  }

  return {
    async send(channel: string, message: OutgoingMessage, how: SendOptions = {}): Promise<MessageRef> {
      try {
        const posted = await turns.take(channel, () =>
          inSomeForm(channel, message, how, 'whole', (each, options) => say(channel, each, options)),
        );
        return { channel, id: `${posted.channel}/${posted.message}` };
      } catch (error) {
        throw sendError(channel, error);
      }
    },
    async edit(ref: MessageRef, message: OutgoingMessage): Promise<void> {
      const [, channel, id] = /^(\d{1,20})\/(\d{1,20})$/.exec(ref.id) ?? [];
      if (channel === undefined || id === undefined) {
        throw new SendError(`${ref.channel}: ${ref.id} is no message of ours`, { retryable: false });
      }
      try {
        await turns.take(`edit ${id}`, () =>
          inSomeForm(ref.channel, message, {}, fullest(id), async (each) => {
            const { body, pictures, whole } = await draft(each);
            const posted = { channel, message: id };
            await change(posted, body, whole ? [...pictures, whole] : pictures);
            return posted;
          }),
        );
      } catch (error) {
        throw sendError(ref.channel, error);
      }
    },
    /** Resolves when everything that is on its way has come to an end. */
    over: turns.over,
  };
}

const MOST_REMEMBERED = 1_000;
const SIMPLE_FOR_MS = 60_000;

const NO_ACCESS: readonly number[] = [Code.MissingAccess, Code.MissingPermissions, Code.UnknownChannel];
/** Nothing can be said there, which says nothing of the channel around it. */
const CLOSED: readonly number[] = [...NO_ACCESS, Code.ThreadLocked, Code.InvalidActionOnArchivedThread];

function idOf(name: string): string {
  const id = channelIdOf(name);
  if (id === null) throw new SendError(`${name} is no channel of ${NAME}`, { retryable: false });
  return id;
}
