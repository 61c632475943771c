import {
  type APIMessage,
  RESTJSONErrorCodes as Code,
  DiscordAPIError,
  MessageFlags,
  Routes,
} from 'discord.js';
import type { Api } from './api.ts';
import { BoundedMap } from './bounded.ts';
import { type Posted, placeOf } from './posting.ts';
import { type Attachment, attached, type Draft } from './render/draft.ts';
import type { Interaction } from './reply-to.ts';

/** Whether Discord took an acknowledgement; `unknown`: its answer was lost. */
export type Taken = 'yes' | 'no' | 'unknown';

/** Interactions are answered within a quarter of an hour; of so many we know how they stand. */
const MOST = 1_000;

/** The answers that people see being waited for after a command of the menu or a button. */
export function createAnswers(api: Api) {
  const acknowledged = new BoundedMap<Promise<Taken>>(MOST);
  /** The key of the message that was given as the answer. */
  const given = new BoundedMap<string | undefined>(MOST);
  /** How an answer can be changed where the bot itself may not. */
  const tokens = new BoundedMap<Interaction>(MOST);

  return {
    acknowledging(interaction: string, done: Promise<Taken>): void {
      acknowledged.set(interaction, done);
    },

    /** Gives the answer in place of the waiting; null where that is not possible (any more), and it has to be a post. */
    async give(
      reply: Interaction,
      body: Draft['body'],
      attachments: readonly Attachment[],
      key: string | undefined,
    ): Promise<Posted | null> {
      const { interaction, application, token } = reply;
      if (Date.now() > reply.expires) return null;
      const route = Routes.webhookMessage(application, token);
      const taken = (await acknowledged.get(interaction)) ?? 'unknown';
      if (taken === 'no') return null;
      const answered = given.get(interaction);
      if (answered !== undefined && answered !== key) return null;
      try {
        if (taken === 'unknown' && answered === undefined) {
          // Perhaps another process acknowledged it, and answered before it ended.
          const there = (await api.request({ method: 'Get', route, auth: false })) as APIMessage;
          const isWaiting = ((there.flags ?? 0) & MessageFlags.Loading) !== 0;
          if (!isWaiting && there.content.trim() !== body.content.trim()) return null;
        }
        const answer = await api.request({
          method: 'Patch',
          route,
          body: { ...body, ...attached(attachments) },
          files: attachments.map(({ file }) => file),
          auth: false,
        });
        const posted = placeOf(answer, reply.channel);
        given.set(interaction, key ?? posted.message);
        tokens.set(posted.message, reply);
        return posted;
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },

    /**
     * Answers with a message of its own by the interaction's token; `privately`: that nobody else sees. Null where it is too late
     * for that. Discord drops no repeats here.
     */
    async follow(
      reply: Interaction,
      body: Draft['body'],
      attachments: readonly Attachment[],
      { privately }: { readonly privately: boolean },
    ): Promise<Posted | null> {
      const { interaction, application, token, expires, channel } = reply;
      if (Date.now() > expires || (await acknowledged.get(interaction)) === 'no') return null;
      try {
        const answer = await api.request({
          method: 'Post',
          route: Routes.webhook(application, token),
          body: {
            ...body,
            ...(attachments.length > 0 ? attached(attachments) : {}),
            ...(privately ? { flags: MessageFlags.Ephemeral } : {}),
          },
          files: attachments.map(({ file }) => file),
          auth: false,
        });
        const posted = placeOf(answer, channel);
        if (!privately) tokens.set(posted.message, reply);
        return posted;
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },

    /** Changes an answer by the interaction's token, where the bot is no member of the channel; false where it has run out. */
    async change(message: string, body: Draft['body'], attachments: readonly Attachment[]): Promise<boolean> {
      const reply = tokens.get(message);
      if (!reply || Date.now() > reply.expires) return false;
      await api.request({
        method: 'Patch',
        route: Routes.webhookMessage(reply.application, reply.token, message),
        body: { ...body, ...attached(attachments) },
        files: attachments.map(({ file }) => file),
        auth: false,
      });
      return true;
    },
  };
}

/** The token has run out, or the waiting answer was deleted. Anything wrong with the message itself is no such case. */
function isGone(error: unknown): boolean {
  if (!(error instanceof DiscordAPIError)) return false;
  return [401, 403, 404].includes(error.status) || Number(error.code) === Code.InvalidWebhookToken;
}
