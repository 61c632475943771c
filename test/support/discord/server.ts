import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../until.ts';
import { type Clock, createClock } from './clock.ts';
import type { Failure } from './failure.ts';
import { createGateway } from './gateway.ts';
import { createInteractions } from './interactions.ts';
import { createMessages } from './messages.ts';
import { type Channel, createModel, type Message, type Model } from './model.ts';
import { createPerson, type Person } from './person.ts';
import { createRateLimits } from './rate-limits.ts';
import { createRest } from './rest.ts';

export interface DiscordOptions {
  /** Between heartbeats, in ms. */
  readonly heartbeat?: number;
}

export type Discord = Awaited<ReturnType<typeof startDiscord>>;

/** A Discord of one's own on loopback: HTTP API and gateway, version 10, with a guild, a channel and people. */
export async function startDiscord({ heartbeat = 41_250 }: DiscordOptions = {}) {
  const token = 'MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';
  const clock: Clock = createClock();
  const model: Model = createModel(clock);
  let port = 0;
  const gatewayUrl = () => `ws://127.0.0.1:${port}/gateway`;
  const gateway = createGateway({ model, token, heartbeat, url: gatewayUrl });
  const messages = createMessages(model, gateway);
  const interactions = createInteractions(model, gateway, messages);
  const limits = createRateLimits();
  const rest = createRest({ model, token, messages, interactions, limits, gatewayUrl });
  const http = createServer((request, response) => void rest.handle(request, response));
  http.on('upgrade', gateway.upgrade);

  async function up(): Promise<void> {
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    port = (http.address() as AddressInfo).port;
  }

  /** Nothing answers any more, and every connection is cut. */
  async function down(): Promise<void> {
    gateway.drop();
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  }

  await up();
  const room = model.addChannel('deploy-day');
  const told = (channel: Channel): Message[] => channel.messages.filter(({ deleted }) => !deleted);

  return {
    token,
    clock,
    model,
    gateway,
    limits,
    rest,
    room,
    up,
    down,
    get apiUrl(): string {
      return `http://127.0.0.1:${port}/api`;
    },
    /** The channel's name in Deployday. */
    nameOf: ({ id, guild_id }: Channel): string => `discord:${guild_id ?? '@me'}/${id}`,
    person(username: string, options: Parameters<Model['addUser']>[1] = {}): Person {
      const commandId = () => rest.commands[0]?.id ?? model.newId();
      return createPerson(model, messages, interactions, commandId, model.addUser(username, options));
    },
    /** What the bot has said there, oldest first. */
    said: (channel: Channel = room): Message[] => told(channel).filter(({ author }) => author === model.bot),
    /** Waits until the bot has said something there that shows the text. */
    async sees(text: string, channel: Channel = room): Promise<Message> {
      return until(
        () =>
          told(channel).findLast(
            (message) => message.author === model.bot && shownText(message).includes(text),
          ),
        {
          what: `"${text}" in ${channel.name}; there is:\n${told(channel).map(shownText).join('\n---\n')}`,
        },
      );
    },
    /** The gateway tells of a message that it has told of before. */
    tellAgain: (channel: Channel, message: Message): void =>
      messages.tell('MESSAGE_CREATE', channel, message),
    /** The next requests on these routes fail so; `cut`: before they are acted on, `lost`: after; `silent`: after, with no end to the waiting. */
    fail(route: RegExp, how: Failure | 'cut' | 'lost' | 'silent', times = 1): void {
      let left = times;
      rest.faults.push((name) => (left > 0 && route.test(name) && left-- > 0 ? how : undefined));
    },
    end: down,
  };
}

/** Everything that a reader sees of a message. */
export function shownText({ content, embeds, attachments }: Message): string {
  return [
    content,
    ...embeds.map(({ description }) => description ?? ''),
    ...attachments.map(({ text }) => text),
  ].join('\n');
}
