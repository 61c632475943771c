import { randomUUID } from 'node:crypto';
import { actionId, asSent, described, isFilledIn, pressed } from './payloads.ts';
import type { FakeSlack } from './server.ts';
import { shown } from './shown.ts';
import { BOT_USER, type Message, type OpenView, TEAM } from './workspace.ts';

export type Person = ReturnType<typeof createPerson>;

/** Somebody in the workspace: what they do reaches the bot as Slack tells it. */
export function createPerson(slack: FakeSlack, id: string, realName: string) {
  const { workspace } = slack;
  const name = realName.toLowerCase().replaceAll(' ', '.');
  workspace.addUser({ id, name, realName });

  const event = (payload: Record<string, unknown>): Record<string, unknown> => ({
    token: 'x',
    team_id: TEAM,
    api_app_id: 'A1',
    type: 'event_callback',
    event_id: `Ev${randomUUID()}`,
    event_time: Math.floor(Date.now() / 1_000),
    authorizations: [{ enterprise_id: null, team_id: TEAM, user_id: BOT_USER, is_bot: true }],
    event: payload,
  });
  const interaction = (user: Record<string, unknown> = {}) => ({
    token: 'x',
    team: { id: TEAM, domain: 'day' },
    user: { id, username: name, name, team_id: TEAM, ...user },
    api_app_id: 'A1',
    trigger_id: slack.newTrigger(id),
  });

  function write(channel: string, text: string, thread?: string): Message {
    const written: Message = {
      ts: workspace.ts(),
      channel,
      user: id,
      text,
      ...(thread === undefined ? {} : { thread_ts: thread }),
    };
    return workspace.add(written);
  }

  function messageEvent({ text, ts, channel, thread_ts }: Message, more: Record<string, unknown>) {
    return event({
      user: id,
      text,
      ts,
      channel,
      event_ts: ts,
      client_msg_id: randomUUID(),
      team: TEAM,
      ...(thread_ts ? { thread_ts, parent_user_id: id } : {}),
      ...more,
    });
  }

  return {
    id,
    identity: `slack:${TEAM}/${id}`,

    /** `text` as typed, with the bot mentioned before it. Resolves when the bot has acknowledged it. */
    async mention(channel: string, text: string, options: { thread?: string } = {}) {
      slack.manifest.checkEvent('app_mention');
      const said = write(channel, `<@${BOT_USER}> ${asSent(text)}`, options.thread);
      const payload = messageEvent(said, { type: 'app_mention' });
      return { said, payload, acknowledged: await slack.deliver('events_api', payload) };
    },
    /** Any message event, as it is: for what Slack tells beside plain messages. */
    tell: (payload: Record<string, unknown>) => slack.deliver('events_api', event(payload)),
    async direct(text: string, more: Record<string, unknown> = {}): Promise<Message> {
      slack.manifest.checkEvent('message.im');
      const said = write(workspace.direct(id).id, asSent(text));
      await slack.deliver('events_api', messageEvent(said, { type: 'message', channel_type: 'im', ...more }));
      return said;
    },
    /** Resolves to false when Slack shows that the command failed. */
    slash(channel: string, text: string, more: Record<string, string> = {}): Promise<boolean> {
      slack.manifest.checkCommand('/deployday');
      return slack.deliver('slash_commands', {
        token: 'x',
        team_id: TEAM,
        team_domain: 'day',
        channel_id: channel,
        channel_name: channel.toLowerCase(),
        user_id: id,
        user_name: name,
        command: '/deployday',
        text: asSent(text),
        api_app_id: 'A1',
        is_enterprise_install: 'false',
        response_url: slack.newResponseUrl(channel, id),
        trigger_id: slack.newTrigger(id),
        ...more,
      });
    },
    press(message: Message, label: string): Promise<boolean> {
      return slack.deliver('interactive', {
        ...interaction(),
        type: 'block_actions',
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: message.channel,
          is_ephemeral: message.onlyFor !== undefined,
        },
        channel: { id: message.channel, name: message.channel.toLowerCase() },
        message: {
          type: 'message',
          ts: message.ts,
          ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
        },
        response_url: slack.newResponseUrl(message.channel, id),
        actions: [pressed(message.blocks ?? [], label, workspace.ts())],
      });
    },
    openHome(): Promise<boolean> {
      slack.manifest.checkEvent('app_home_opened');
      return slack.deliver(
        'events_api',
        event({ type: 'app_home_opened', user: id, channel: `D${id}`, tab: 'home' }),
      );
    },
    pressAtHome(label: string): Promise<boolean> {
      const home = workspace.homes.get(id);
      return slack.deliver('interactive', {
        ...interaction(),
        type: 'block_actions',
        container: { type: 'view', view_id: `V${id}` },
        view: { id: `V${id}`, type: 'home' },
        actions: [pressed(home?.blocks ?? [], label, workspace.ts())],
      });
    },
    shortcut(callback: string): Promise<boolean> {
      slack.manifest.checkShortcut(callback);
      const shortcut = { type: 'shortcut', callback_id: callback, action_ts: workspace.ts() };
      return slack.deliver('interactive', { ...interaction(), ...shortcut });
    },

    /** Resolves when a form is open that is not `before`. */
    form: (before?: OpenView) =>
      workspace.until(() => workspace.views.find((view) => view.user === id && view !== before), 'a form'),
    /** Chooses in a menu that tells the app at once. */
    choose: (opened: OpenView, block: string, value: string) =>
      slack.deliver('interactive', {
        ...interaction(),
        type: 'block_actions',
        container: { type: 'view', view_id: opened.id },
        view: described(opened, {}),
        actions: [
          {
            type: 'static_select',
            block_id: block,
            action_id: actionId(opened, block),
            selected_option: { text: { type: 'plain_text', text: value }, value },
            action_ts: workspace.ts(),
          },
        ],
      }),
    /** Sends the form: `values` by block; the others as they stand. It closes, unless the app answers with errors. */
    async submit(opened: OpenView, values: Record<string, string>, target?: string): Promise<boolean> {
      const empty = opened.view.blocks.find((block) => block.type === 'input' && !isFilledIn(block, values));
      if (empty) throw new Error(`${empty.block_id} must be filled in`);
      const { answers } = slack.sockets;
      const before = answers.length;
      const delivered = await slack.deliver('interactive', {
        ...interaction(),
        type: 'view_submission',
        view: described(opened, values),
        ...(target
          ? {
              response_urls: [
                {
                  block_id: 'target',
                  action_id: 'value',
                  channel_id: target,
                  response_url: slack.newResponseUrl(target, id),
                },
              ],
            }
          : {}),
      });
      const answer = answers[before];
      if (answer?.response_action === 'errors') opened.errors = answer.errors as Record<string, string>;
      else workspace.views.splice(workspace.views.indexOf(opened), 1);
      return delivered;
    },

    /** What this person sees in a channel, in order; threads as well. */
    sees: (channel: string): string[] =>
      (workspace.channels.get(channel)?.messages ?? [])
        .filter(({ onlyFor, user }) => user === BOT_USER && (onlyFor === undefined || onlyFor === id))
        .map(shown),
    /** Resolves to the bot's message when there is one with this text. */
    findsMessage: (channel: string, text: string): Promise<Message> =>
      workspace.until(
        () =>
          workspace.channels
            .get(channel)
            ?.messages.findLast((each) => each.user === BOT_USER && shown(each).includes(text)),
        `"${text}" in ${channel}`,
      ),
  };
}
