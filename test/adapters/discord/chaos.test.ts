import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type MessageRef, SendError } from '../../../adapters/adapter.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { Failure } from '../../support/discord/failure.ts';
import type { Channel } from '../../support/discord/model.ts';
import type { Discord } from '../../support/discord/server.ts';

const CHANNELS = 10;
const OUTCOMES = 25;
const COMMANDS = 40;

let bot: Bot;
afterEach(() => bot?.end());

/** Sends again until it is through, as the outbox does: the same key, after the pause that was asked for. */
async function deliver(channel: Channel, text: string, key: string): Promise<MessageRef> {
  for (;;) {
    try {
      return await bot.adapter.send(bot.discord.nameOf(channel), { kind: 'outcome', text }, { key });
    } catch (error) {
      if (!(error instanceof SendError) || !error.retryable) throw error;
      await pause(Math.min(error.retryAfter ?? 30, 300));
    }
  }
}

/** What Discord does to its bots, one after the other. */
async function disturb(discord: Discord): Promise<void> {
  const { gateway, limits } = discord;
  gateway.drop();
  await pause(100);
  limits.storm(30, 50);
  await pause(200);
  discord.fail(/POST messages/, 'lost', 5);
  await pause(100);
  discord.fail(/POST messages/, new Failure(502, 0, 'Bad Gateway'), 20);
  await pause(200);
  limits.storm(10, 100, true);
  await pause(300);
  gateway.askToReconnect();
  await pause(100);
  await discord.down();
  await pause(1_500);
  await discord.up();
  await pause(300);
  gateway.forget();
  gateway.close(4000);
}

it('through drops, storms, lost answers and an outage every outcome is told once and in order, and every command comes once', async () => {
  bot = await startBot({ times: { rateLimit: 150 } });
  const { discord } = bot;
  const alice = discord.person('alice');
  discord.limits.set('POST messages', { limit: 20, perMs: 200 });
  const channels = Array.from({ length: CHANNELS }, (_, at) => discord.model.addChannel(`channel-${at}`));
  alice.say(discord.room, '@deployday status');
  await bot.got(1);

  const telling = channels.map(async (channel, at) => {
    for (let number = 0; number < OUTCOMES; number++) {
      await deliver(channel, `outcome ${number}`, `run-${at}-${number}`);
      await pause(60);
    }
  });
  const asking = (async () => {
    for (let number = 0; number < COMMANDS; number++) {
      alice.say(discord.room, `@deployday status ${number}`);
      await pause(75);
    }
  })();
  await Promise.all([disturb(discord), asking, ...telling]);

  const expected = Array.from({ length: OUTCOMES }, (_, number) => `outcome ${number}`);
  for (const channel of channels) {
    expect(discord.said(channel).map(({ content }) => content)).toEqual(expected);
  }
  await bot.got(1 + COMMANDS);
  const texts = bot.received.map(({ text }) => text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).toHaveLength(1 + COMMANDS);
  expect(discord.limits.told.refused).toBeGreaterThan(10);
});
