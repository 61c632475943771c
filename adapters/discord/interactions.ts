import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIInteractionResponse,
  type APIMessage,
  type APIMessageComponentInteraction,
  ApplicationCommandType,
  RESTJSONErrorCodes as Code,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  Routes,
} from 'discord.js';
import type { Guide, IncomingMessage } from '../adapter.ts';
import { tidy } from './addressing.ts';
import type { Taken } from './answers.ts';
import type { Api } from './api.ts';
import type { Log } from './config.ts';
import { codeOf } from './errors.ts';
import { invocationOf, lineOf } from './invocation.ts';
import { COMMAND, isChoice } from './menu.ts';
import { displayOf, identityOf, NAME } from './names.ts';
import type { Places } from './places.ts';
import type { createButtons } from './render/buttons.ts';
import { cut } from './render/cut.ts';
import { escaped } from './render/escape.ts';
import { writeReplyTo } from './reply-to.ts';

/** An interaction can be answered for so long; a little less, so that an answer on its way is not too late. */
const TOKEN_LASTS_MS = 15 * 60_000 - 30_000;
/** Discord waits 3 s for completions. */
const COMPLETE_WITHIN_MS = 2_500;
const LONGEST_QUOTE = 1_800;

interface Options {
  readonly api: Api;
  readonly places: Places;
  readonly buttons: ReturnType<typeof createButtons>;
  readonly guide: Guide | undefined;
  readonly log: Log;
  /** Answers to the interaction wait for this. */
  acknowledging(interaction: string, done: Promise<Taken>): void;
  receive(message: IncomingMessage): void;
}

/** What people do with the command menu and with buttons: acknowledged at once, and handed on as if it had been typed. */
export function createInteractions({ api, places, buttons, guide, log, acknowledging, receive }: Options) {
  const shapes = guide?.commands ?? [];

  async function respond({ id, token }: APIInteraction, body: APIInteractionResponse): Promise<Taken> {
    const route = Routes.interactionCallback(id, token);
    try {
      await api.request({ method: 'Post', route, body, auth: false });
      return 'yes';
    } catch (error) {
      // An answer without a body, and one to a repetition after the first answer was lost, are no refusals.
      if (error instanceof SyntaxError || codeOf(error) === Code.InteractionHasAlreadyBeenAcknowledged)
        return 'yes';
      const code = codeOf(error);
      log.warn(
        `${NAME}: an interaction could not be acknowledged: ${code ?? ''} ${(error as Error).message}`,
      );
      return code === undefined ? 'unknown' : 'no';
    }
  }

  /** Acknowledges, and hands the line on without waiting for that. `on`: the message with the button that was pressed. */
  function say(
    interaction: APIInteraction,
    text: string,
    response: APIInteractionResponse,
    on?: APIMessage,
  ): void {
    acknowledging(interaction.id, respond(interaction, response));
    const { id, token, application_id, guild_id, channel, member } = interaction;
    const user = member?.user ?? interaction.user;
    const where = channelIn(interaction);
    if (where === undefined || !user) return;
    if (guild_id !== undefined && channel && 'type' in channel) {
      const parent = 'parent_id' in channel ? channel.parent_id : undefined;
      places.note({ id: channel.id, type: channel.type, parent_id: parent });
    }
    const byToken = {
      channel: where,
      interaction: id,
      application: application_id,
      token,
      expires: Date.now() + TOKEN_LASTS_MS,
    };
    const isPrivate = ((on?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
    const replyTo = writeReplyTo(
      on
        ? { kind: 'press', message: isPrivate ? null : on.id, ...byToken }
        : { kind: 'interaction', ...byToken },
    );
    const sender = { identity: identityOf(user.id), display: displayOf(user, member?.nick) };
    void places.channelOf(guild_id, where).then((name) => {
      receive({ adapter: NAME, id, channel: name, sender, text: tidy(text), replyTo });
    });
  }

  function invoked(interaction: APIChatInputApplicationCommandInteraction): void {
    const invocation = invocationOf(interaction.data.options, shapes);
    const text = invocation ? lineOf(invocation, shapes) : 'help';
    say(interaction, text, { type: InteractionResponseType.DeferredChannelMessageWithSource });
  }

  function pressed(interaction: APIMessageComponentInteraction): void {
    const press = buttons.pressed(interaction.data.custom_id);
    if (!press) {
      const content = 'This button is too old: Deployday was started again since. Type the command instead.';
      whisper(interaction, { content });
      return;
    }
    const { how, command } = press;
    const { message } = interaction;
    if (how === 'ask') {
      const content = `Is this what you want? ${quoted(command)}`;
      whisper(interaction, { content, components: buttons.confirmation(command) });
    } else if (how === 'say') {
      // Whether the answer is for all to see is not known yet, and a visible waiting could not be taken back.
      say(interaction, command, { type: InteractionResponseType.DeferredMessageUpdate }, message);
    } else {
      const data = { content: `Said: ${quoted(command)}`, components: [] };
      say(interaction, command, { type: InteractionResponseType.UpdateMessage, data }, message);
    }
  }

  /** For the eyes of whoever pressed only. */
  function whisper(
    interaction: APIInteraction,
    data: { content: string; components?: ReturnType<typeof buttons.confirmation> },
  ): void {
    void respond(interaction, {
      type: InteractionResponseType.ChannelMessageWithSource,
      data: { ...data, flags: MessageFlags.Ephemeral, allowed_mentions: { parse: [] } },
    });
  }

  async function completed(interaction: APIApplicationCommandAutocompleteInteraction): Promise<void> {
    const invocation = invocationOf(interaction.data.options, shapes);
    const values = invocation ? await offers(invocation) : [];
    const choices = values
      .filter(isChoice)
      .slice(0, 25)
      .map((value) => ({ name: value, value }));
    const type = InteractionResponseType.ApplicationCommandAutocompleteResult;
    await respond(interaction, { type, data: { choices } });
  }

  /** None where they are not found in time: the person can type on all the same. */
  async function offers({ verb, values, focused }: NonNullable<ReturnType<typeof invocationOf>>) {
    if (!focused || !guide) return [];
    const { [focused.name]: _, ...given } = values;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string[]>((resolve) => {
      timer = setTimeout(resolve, COMPLETE_WITHIN_MS, []);
    });
    const found = guide.complete(verb, focused.name, focused.typed, given).catch((error: Error) => {
      log.warn(`${NAME}: ${verb} ${focused.name} could not be completed: ${error.message}`);
      return [];
    });
    return Promise.race([found, late]).finally(() => clearTimeout(timer));
  }

  return (interaction: APIInteraction): void => {
    const { type } = interaction;
    if (type === InteractionType.MessageComponent) {
      if (buttons.isOurs(interaction.data.custom_id)) pressed(interaction);
      return;
    }
    const isCommand =
      type === InteractionType.ApplicationCommand || type === InteractionType.ApplicationCommandAutocomplete;
    // The application may have commands that are not ours.
    if (!isCommand || interaction.data.name !== COMMAND) return;
    if (type === InteractionType.ApplicationCommandAutocomplete) void completed(interaction);
    else if (interaction.data.type === ApplicationCommandType.ChatInput) {
      invoked(interaction as APIChatInputApplicationCommandInteraction);
    }
  };
}

/** Older servers tell the id alone. */
export function channelIn({ channel, channel_id }: APIInteraction): string | undefined {
  return channel?.id ?? channel_id;
}

function quoted(command: string): string {
  return escaped(cut(command, LONGEST_QUOTE, escaped).head);
}
