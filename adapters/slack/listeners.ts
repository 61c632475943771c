import { App, type BlockAction, type BlockButtonAction, type ViewSubmitAction } from '@slack/bolt';
import { type Api, silent } from './api.ts';
import { commandOf, SAY } from './buttons.ts';
import type { Log } from './config.ts';
import type { Form } from './form.ts';
import type { HandOver, Us } from './incoming.ts';
import { replyTo } from './reply-to.ts';
import { commandIn, typed } from './words.ts';

export interface ListenerOptions {
  readonly us: Us;
  readonly api: Api;
  readonly receiver: NonNullable<ConstructorParameters<typeof App>[0]>['receiver'];
  readonly hear: HandOver;
  /** Absent: there is nothing to fill a form or a home tab with. */
  readonly form?: Form | undefined;
  readonly showHome?: ((user: string) => Promise<void>) | undefined;
  readonly log: Log;
}

/** What the many kinds of messages have in common, as far as it matters here. */
interface Spoken {
  readonly channel: string;
  readonly channel_type?: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user?: string;
  readonly bot_id?: string;
  readonly subtype?: string;
  readonly text?: string;
  readonly edited?: unknown;
}

/** The conversation of the bot and one person, and what it was called once. */
const DIRECT: readonly (string | undefined)[] = ['im', 'app_home'];

/** Messages without a subtype, and those that are one all the same. */
const SPOKEN = [undefined, 'file_share', 'thread_broadcast'];

/** Tells Slack's events, commands and interactions apart. Everything but a form is acknowledged before anything is done about it. */
export function createListeners(options: ListenerOptions): App {
  const { us, api, receiver, hear, form, showHome, log } = options;
  const app = new App({
    ...(receiver ? { receiver } : {}),
    authorize: async () => ({
      botToken: api.client.token ?? '',
      botId: us.bot,
      botUserId: us.user,
      teamId: us.team,
    }),
    clientOptions: { slackApiUrl: api.client.slackApiUrl },
    logger: silent,
    convoStore: false,
  });

  app.use(async ({ next, ...args }) => {
    if ('ack' in args && typeof args.ack === 'function' && !isForm(args.body)) await args.ack();
    await next();
  });
  /** Its acknowledgement says whether it may close. */
  function isForm(body: unknown): boolean {
    const { type, view } = body as { type?: string; view?: { callback_id?: string } };
    return form !== undefined && type === 'view_submission' && view?.callback_id === form.verb;
  }
  app.error(async (error) => log.error(`slack:${us.team}: ${error.stack ?? error.message}`));

  async function said(event: Spoken, body: Envelope): Promise<void> {
    const { channel, ts, user, text = '' } = event;
    if (!isOurs(body, us.team) || !user || !SPOKEN.includes(event.subtype)) return;
    // Other bots, the reminders of Slackbot, and messages that were edited: Slack tells again of a mention in them.
    if (event.bot_id || user === us.user || user === 'USLACKBOT' || event.edited) return;
    const command = commandIn(text, { ...us, direct: DIRECT.includes(event.channel_type) });
    if (command === null) return;
    hear({ id: `${channel}-${ts}`, channel, user, text: command, ...replyTo(event.thread_ts) });
  }
  app.event('app_mention', ({ event, body }) => said(event as Spoken, body));
  app.event('message', ({ event, body }) => said(event as Spoken, body));
  app.event('app_home_opened', async ({ event, body }) => {
    if (isOurs(body, us.team) && event.tab === 'home') await showHome?.(event.user);
  });

  app.command(/./, async ({ command }) => {
    if (command.team_id !== us.team) {
      return log.warn(
        `slack:${us.team}: a command from another workspace (${command.team_id}) was left alone`,
      );
    }
    const { channel_id: channel, user_id: user, user_name: name, trigger_id, response_url } = command;
    const text = typed(command.text ?? '', us.team).trim() || 'help';
    const said = { id: trigger_id, channel, user, name, text, ...replyTo(undefined, response_url) };
    if (form && text === form.verb && (await form.open(trigger_id, said))) return;
    hear(said);
  });

  app.action<BlockButtonAction>(new RegExp(`^${SAY}`), async ({ action, body }) => {
    const { user, trigger_id, message, container, response_url } = body;
    const channel = body.channel?.id ?? (await directChannel(user.id));
    const isAtHome = container.type === 'view';
    // An answer to what only one person sees cannot stand below it.
    const thread = container.is_ephemeral ? container.thread_ts : (message?.thread_ts ?? message?.ts);
    const within = container.is_ephemeral ? container.thread_ts : message?.thread_ts;
    const press = {
      user: user.id,
      ...(within === undefined ? {} : { thread: within }),
      ...(isAtHome ? { atHome: true as const } : {}),
    };
    const said = {
      id: trigger_id,
      channel,
      user: user.id,
      name: user.name,
      text: commandOf(action.value ?? ''),
      ...replyTo(thread, response_url, press),
    };
    if (form && said.text === form.verb && (await form.open(trigger_id, said))) return;
    hear(said);
  });

  if (form) {
    app.shortcut(form.verb, async ({ shortcut }) => {
      const { id: user } = shortcut.user;
      await form.open(shortcut.trigger_id, {
        user,
        ...('channel' in shortcut ? { channel: shortcut.channel.id } : {}),
      });
    });
    app.action({ block_id: form.chooser }, ({ body }) => form.chosen(body as BlockAction));
    app.view(form.verb, async ({ body, ack }) => {
      const said = form.submitted(body as ViewSubmitAction);
      const errors = await form.errors(body as ViewSubmitAction, said.text);
      if (errors) return ack({ response_action: 'errors', errors });
      await ack();
      hear({ ...said, channel: said.channel ?? (await directChannel(said.user)) });
    });
  }

  /** Where the bot and one person talk: for what comes from no channel. */
  async function directChannel(user: string): Promise<string> {
    const { channel } = await api.call(
      'conversations.open',
      `opening a conversation with ${user}`,
      (client) => client.conversations.open({ users: user }),
    );
    if (!channel?.id)
      throw new Error(
        `opening a conversation with ${user}: Slack named none; does the app have the scope im:write?`,
      );
    return channel.id;
  }

  return app;
}

interface Envelope {
  readonly team_id?: string;
  readonly authorizations?: readonly { readonly team_id?: string | null }[];
}

/** An app that is installed in several workspaces gets the events of all of them over one socket. */
function isOurs({ team_id, authorizations = [] }: Envelope, team: string): boolean {
  return team_id === undefined || team_id === team || authorizations.some((each) => each.team_id === team);
}
