import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../support/discord/failure.ts';
import { startDiscord } from '../support/discord/server.ts';
import { until } from '../support/until.ts';
import type { Chat } from './chat.ts';

const ROOMS = 3;

/** Discord with the buckets that it is known to have: five requests in five seconds for each channel and kind. */
export async function openDiscordChat(): Promise<Chat> {
  const discord = await startDiscord();
  const { gateway, limits, model } = discord;
  const alice = discord.person('alice');
  const channels = Array.from({ length: ROOMS }, (_, at) => model.addChannel(`room-${at}`));
  const channelOf = (room: number) => channels[room] ?? discord.room;
  limits.set('POST messages', { limit: 5, perMs: 5_000 });
  limits.set('PATCH message', { limit: 5, perMs: 5_000 });
  const posts = (room: number) => discord.said(channelOf(room)).map(({ content }) => content);
  const all = () => channels.reduce((sum, _, room) => sum + posts(room).length, 0);

  return {
    name: 'Discord',
    rooms: ROOMS,
    admin: `discord:${alice.user.id}`,
    config: [`discord: ${JSON.stringify({ token: discord.token, apiUrl: discord.apiUrl })}`],
    async ask(room, text) {
      alice.say(channelOf(room), `@deployday ${text}`);
    },
    posts,
    troubles: [
      {
        name: 'service down',
        async happen(ms) {
          await discord.down();
          await pause(ms);
          await discord.up();
        },
      },
      {
        name: 'gateway dropped, sessions lost',
        async happen(ms) {
          for (const cut of [gateway.drop, gateway.askToReconnect, gateway.forget, gateway.drop]) {
            cut();
            await pause(ms / 4);
          }
        },
      },
      {
        name: '429 storm',
        async happen() {
          limits.storm(20, 300);
          await pause(500);
          limits.storm(10, 300, true);
        },
      },
      {
        name: 'answers lost, faults of the service',
        async happen() {
          discord.fail(/POST messages/, 'lost', 4);
          discord.fail(/POST messages/, new Failure(502, 0, 'Bad Gateway'), 8);
        },
      },
      {
        name: 'events told again',
        async happen() {
          for (const channel of channels) {
            const said = channel.messages.filter(({ author }) => author === alice.user);
            for (const message of said) discord.tellAgain(channel, message);
          }
        },
      },
    ],
    async swallow() {
      const before = all();
      discord.fail(/POST messages/, 'silent');
      await until(() => all() > before, { what: 'a post', withinMs: 60_000, everyMs: 1 });
    },
    close: () => discord.end(),
  };
}
