import { setTimeout as pause } from 'node:timers/promises';
import type { BlockAction, types, ViewSubmitAction } from '@slack/bolt';
import type { CommandShape, Guide } from '../adapter.ts';
import type { Api } from './api.ts';
import type { Log } from './config.ts';
import { blockFor, lineOf, readOrigin, typedIn } from './form-values.ts';
import { CHOOSER, formView, type Origin, type Shown } from './form-view.ts';
import type { Said } from './incoming.ts';
import { replyTo } from './reply-to.ts';

const VERB = 'provision';
/** Slack waits three seconds, and the answer has to reach it. Milliseconds. */
const CHECK_WITHIN = 2_000;

/** The form of `provision`: the blueprint is chosen first, its parameters follow. */
export function createForm(api: Api, guide: Guide, log: Log) {
  const shape = guide.commands.find(({ verb }) => verb === VERB);
  return shape && formOf(shape, api, guide, log);
}

export type Form = NonNullable<ReturnType<typeof createForm>>;

function formOf(shape: CommandShape, api: Api, guide: Guide, log: Log) {
  /** What there is to choose from; null if there is no blueprint. */
  async function shown(blueprint: string | undefined, origin: Origin): Promise<Shown | null> {
    const given = blueprint === undefined ? {} : { blueprint };
    const offers = Object.fromEntries(
      await Promise.all(
        shape.options
          .filter(({ completes, name }) => completes && name !== 'environment')
          .map(async ({ name }) => [name, await guide.complete(VERB, name, '', given)] as const),
      ),
    );
    const chosen = blueprint ?? offers.blueprint?.[0];
    const fields = chosen === undefined ? null : await guide.blueprintForm(chosen);
    return chosen === undefined || fields === null
      ? null
      : { shape, offers, blueprint: chosen, fields, origin };
  }

  return {
    verb: VERB,
    /** The block in which the blueprint is chosen. */
    chooser: CHOOSER,

    /** False when it cannot be shown: then what was typed is a command like any other. */
    async open(trigger: string, { channel, user, replyTo: to }: Origin & { user: string }): Promise<boolean> {
      try {
        const form = await shown(undefined, {
          ...(channel ? { channel } : {}),
          ...(to ? { replyTo: to } : {}),
        });
        if (!form) return false;
        await api.call('views.open', `a form for ${user}`, (client) =>
          client.views.open({ trigger_id: trigger, view: formView(form) }),
        );
        return true;
      } catch (error) {
        log.warn((error as Error).message);
        return false;
      }
    },

    /** Another blueprint was chosen: its parameters take the place of the others. */
    async chosen({ view, user, actions }: BlockAction): Promise<void> {
      const [action] = actions;
      if (!view || action?.type !== 'static_select') return;
      const form = await shown(action.selected_option.value, readOrigin(view.private_metadata));
      if (!form) return;
      await api.call('views.update', `the form of ${user.id}`, (client) =>
        client.views.update({ view_id: view.id, hash: view.hash, view: formView(form) }),
      );
    },

    /**
     * What is wrong with what was filled in, by block, for Slack to show in the form, which stays open with it; null: nothing, or it does not show
     * in the time that Slack gives us.
     */
    async errors({ view }: ViewSubmitAction, line: string): Promise<Record<string, string> | null> {
      try {
        const late = pause(CHECK_WITHIN, null, { ref: false });
        const objection = await Promise.race([guide.objection(line), late]);
        return objection === null
          ? null
          : { [blockFor(view.blocks as types.KnownBlock[], objection)]: objection };
      } catch (error) {
        log.warn(
          `the form of ${view.id} could not be looked at before it is sent: ${(error as Error).message}`,
        );
        return null;
      }
    },

    /** The filled-in form as what its sender said; without a channel, it was opened outside of all. */
    submitted({ view, user, response_urls }: ViewSubmitAction): Omit<Said, 'channel'> & { channel?: string } {
      const origin = readOrigin(view.private_metadata);
      const [answer] = response_urls ?? [];
      const to = answer ? replyTo(undefined, answer.response_url).replyTo : origin.replyTo;
      const channel = answer?.channel_id ?? origin.channel;
      return {
        id: view.id,
        user: user.id,
        name: user.name,
        text: lineOf(shape, typedIn(view.blocks as types.KnownBlock[], view.state.values)),
        ...(channel === undefined ? {} : { channel }),
        ...(to === undefined ? {} : { replyTo: to }),
      };
    },
  };
}
