import type { createInteractions, Interaction } from './interactions.ts';
import type { Messages } from './messages.ts';
import { type Channel, ChannelType, type Message, type Model, type User } from './model.ts';

interface Choice {
  readonly name: string;
  readonly value: string | number | boolean;
}

/** Somebody at a Discord client. */
export interface Person {
  readonly user: User;
  /** Their direct messages with the bot. */
  readonly direct: Channel;
  /** Types a message; `@deployday` in it is a mention of the bot. */
  say(channel: Channel, text: string): Message;
  /** Answers a message there; with the `ping` that clients set, its author is among those mentioned. */
  reply(channel: Channel, to: Message, text: string, options?: { readonly ping: boolean }): Message;
  /** Changes a message of their own. */
  edit(message: Message, text: string): void;
  /** `/deployday VERB …`; `group` is the group that the verb is in. */
  command(channel: Channel, verb: string, options?: readonly Choice[], group?: string): Interaction;
  /** Types in an option, and is offered what it may become. */
  complete(
    channel: Channel,
    verb: string,
    focused: string,
    typed: string,
    others?: readonly Choice[],
  ): Interaction;
  /** Presses the button with this label. */
  press(message: Message, label: string): Interaction;
}

const OPTION = { subcommand: 1, group: 2, string: 3, integer: 4, boolean: 5 } as const;

export function createPerson(
  model: Model,
  messages: Messages,
  interactions: ReturnType<typeof createInteractions>,
  commandId: () => string,
  user: User,
): Person {
  const direct = model.addChannel(`direct-${user.username}`, ChannelType.direct);
  const written = (text: string) => text.replaceAll('@deployday', `<@${model.bot.id}>`);
  const option = ({ name, value }: Choice, focused = false) => ({
    name,
    type:
      typeof value === 'boolean'
        ? OPTION.boolean
        : typeof value === 'number'
          ? OPTION.integer
          : OPTION.string,
    value,
    ...(focused ? { focused } : {}),
  });
  const data = (verb: string, options: readonly object[], group?: string) => {
    const subcommand = { type: OPTION.subcommand, name: verb, options };
    return {
      id: commandId(),
      name: 'deployday',
      type: 1,
      options:
        group === undefined ? [subcommand] : [{ type: OPTION.group, name: group, options: [subcommand] }],
    };
  };

  return {
    user,
    direct,
    say: (channel, text) => messages.add(channel, user, { content: written(text) }),
    reply: (channel, to, text, { ping } = { ping: true }) =>
      messages.add(
        channel,
        user,
        { content: written(text), message_reference: { message_id: to.id } },
        ping ? { mentions: [to.author] } : {},
      ),
    edit(message, text) {
      const channel = model.channels.get(message.channel_id);
      message.content = written(text);
      message.edited_timestamp = new Date(model.clock.now()).toISOString();
      if (channel) messages.tell('MESSAGE_UPDATE', channel, message);
    },
    command: (channel, verb, options = [], group) =>
      interactions.begin(
        interactions.TYPE.command,
        channel,
        user,
        data(
          verb,
          options.map((each) => option(each)),
          group,
        ),
      ),
    complete: (channel, verb, focused, typed, others = []) =>
      interactions.begin(
        interactions.TYPE.autocomplete,
        channel,
        user,
        data(verb, [...others.map((each) => option(each)), option({ name: focused, value: typed }, true)]),
      ),
    press(message, label) {
      const button = message.components.flatMap((row) => row.components).find((each) => each.label === label);
      const channel = model.channels.get(message.channel_id);
      if (!button || !channel) throw new Error(`there is no button "${label}" under: ${message.content}`);
      const pressed = { component_type: 2, custom_id: button.custom_id };
      return interactions.begin(interactions.TYPE.component, channel, user, pressed, message);
    },
  };
}
