import { randomBytes } from 'node:crypto';
import { failures } from './failure.ts';
import type { createGateway } from './gateway.ts';
import { EPHEMERAL, LOADING, type Messages, type Upload } from './messages.ts';
import { type Channel, ChannelType, type Message, type Model, shownChannel, type User } from './model.ts';
import { bodies } from './validate.ts';

const ACKNOWLEDGE_WITHIN_MS = 3_000;
const TOKEN_LASTS_MS = 15 * 60_000;
const TYPE = { command: 2, component: 3, autocomplete: 4 } as const;
const CALLBACK = { message: 4, deferred: 5, deferredUpdate: 6, update: 7, autocomplete: 8 } as const;

/** What a person did, and what came of it. */
export interface Interaction {
  readonly id: string;
  readonly type: number;
  readonly token: string;
  readonly at: number;
  readonly channel: Channel;
  readonly user: User;
  /** The message with the button that was pressed. */
  readonly on: Message | null;
  /** The kind of callback; null: none came yet. */
  callback: number | null;
  /** How long it took, in ms of real time. */
  acknowledgedAfter: number | null;
  original: Message | null;
  choices: string[] | null;
}

export function createInteractions(
  model: Model,
  gateway: ReturnType<typeof createGateway>,
  messages: Messages,
) {
  const { clock, newId, application, bot } = model;
  const byToken = new Map<string, Interaction>();

  function begin(
    type: number,
    channel: Channel,
    user: User,
    data: object,
    on: Message | null = null,
  ): Interaction {
    const interaction: Interaction = {
      id: newId(),
      type,
      token: `${randomBytes(60).toString('base64url')}`,
      at: clock.now(),
      channel,
      user,
      on,
      callback: null,
      acknowledgedAfter: null,
      original: null,
      choices: null,
    };
    byToken.set(interaction.token, interaction);
    const isDirect = channel.type === ChannelType.direct;
    const nick = model.nicks.get(user.id) ?? null;
    gateway.tell('INTERACTION_CREATE', () => ({
      id: interaction.id,
      application_id: application,
      type,
      token: interaction.token,
      version: 1,
      data,
      channel: shownChannel(channel),
      channel_id: channel.id,
      ...(isDirect
        ? { user, context: 1 }
        : {
            guild_id: channel.guild_id,
            member: { user, nick, roles: [], joined_at: null, permissions: '0' },
            context: 0,
          }),
      ...(on ? { message: messages.shown(on) } : {}),
      locale: 'en-GB',
      entitlements: [],
      authorizing_integration_owners: {},
      attachment_size_limit: 10_485_760,
    }));
    return interaction;
  }

  function valid(token: string): Interaction {
    const interaction = byToken.get(token);
    if (!interaction || interaction.callback === null) throw failures.unknownWebhook();
    if (clock.now() > interaction.at + TOKEN_LASTS_MS) throw failures.invalidWebhookToken();
    return interaction;
  }

  function say(interaction: Interaction, body: { flags?: number; content?: string }): Message {
    return messages.add(interaction.channel, bot, body, { webhook_id: application });
  }

  return {
    begin,
    TYPE,
    callback(id: string, token: string, body: { type: number; data?: Record<string, unknown> }): void {
      const interaction = byToken.get(token);
      const isLate = !interaction || clock.now() > interaction.at + ACKNOWLEDGE_WITHIN_MS;
      if (!interaction || interaction.id !== id || (isLate && interaction.callback === null))
        throw failures.unknownInteraction();
      if (interaction.callback !== null) throw failures.alreadyAcknowledged();
      if (!Object.values(CALLBACK).some((type) => type === body.type))
        throw failures.invalid('type', 'Unknown type');
      if ((body.type === CALLBACK.autocomplete) !== (interaction.type === TYPE.autocomplete))
        throw failures.invalid('type', 'Not for this interaction');
      const data = body.data ?? {};
      if (body.type === CALLBACK.autocomplete) {
        const choices = data.choices as { name: string; value: string }[];
        if (choices.length > 25 || choices.some(({ name, value }) => name.length > 100 || value.length > 100))
          throw failures.invalid('data.choices', 'Must be 25 or fewer in length.');
        interaction.choices = choices.map(({ value }) => value);
      } else if (body.type === CALLBACK.message) {
        bodies.webhook(data, 'data');
        interaction.original = say(interaction, data);
      } else if (body.type === CALLBACK.deferred) {
        interaction.original = say(interaction, { flags: Number(data.flags ?? 0) | LOADING });
      } else if (interaction.on) {
        interaction.original = interaction.on;
        if (body.type === CALLBACK.update) change(interaction, interaction.on.id, data, []);
      }
      interaction.callback = body.type;
      interaction.acknowledgedAfter = clock.now() - interaction.at;
    },
    original(token: string): Message {
      const { original } = valid(token);
      if (!original || original.deleted) throw failures.unknownMessage();
      return original;
    },
    change(token: string, id: string, body: object, uploads: readonly Upload[]): Message {
      const interaction = valid(token);
      const message = id === '@original' ? interaction.original : model.message(interaction.channel.id, id);
      if (!message || message.webhook_id !== application) throw failures.unknownMessage();
      return change(interaction, message.id, body, uploads);
    },
    /** A further message. */
    follow(token: string, body: object): Message {
      const interaction = valid(token);
      bodies.webhook(body, '');
      return say(interaction, body);
    },
    isEphemeral: (message: Message): boolean => (message.flags & EPHEMERAL) !== 0,
  };

  function change(interaction: Interaction, id: string, body: object, uploads: readonly Upload[]): Message {
    return messages.change(interaction.channel.id, id, body, uploads, true);
  }
}

export type Interactions = ReturnType<typeof createInteractions>;
