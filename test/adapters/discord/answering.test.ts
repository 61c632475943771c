import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncomingMessage } from '../../../adapters/adapter.ts';
import type { Button } from '../../../adapters/message.ts';
import { type Bot, createBot, startBot } from '../../support/discord/bot.ts';
import { failures } from '../../support/discord/failure.ts';
import { guideOf } from '../../support/discord/guide.ts';
import { EPHEMERAL, LOADING } from '../../support/discord/messages.ts';
import type { Person } from '../../support/discord/person.ts';
import type { Discord } from '../../support/discord/server.ts';
import { until } from '../../support/until.ts';

let bot: Bot;
let discord: Discord;
let alice: Person;

beforeEach(async () => {
  bot = await startBot({ guide: guideOf() });
  discord = bot.discord;
  alice = discord.person('alice');
});
afterEach(() => bot?.end());

const answer = ({ channel, replyTo }: IncomingMessage, text: string, key?: string) =>
  bot.adapter.send(channel, { text }, { replyTo: replyTo ?? '', ...(key === undefined ? {} : { key }) });

describe('an answer to the command menu', () => {
  it('takes the place of the waiting, and is an ordinary message from then on', async () => {
    const interaction = alice.command(discord.room, 'envs');
    const message = await bot.got(1);
    await until(() => interaction.original, { what: 'the waiting' });
    expect(interaction.original?.flags).toBe(LOADING);
    const ref = await answer(message, 'provisioning demo');
    expect(discord.said()).toEqual([interaction.original]);
    expect(interaction.original).toMatchObject({ content: 'provisioning demo', flags: 0 });
    discord.clock.advance(20 * 60_000);
    await bot.adapter.edit(ref, { text: 'demo is ready' });
    expect(interaction.original?.content).toBe('demo is ready');
  });

  it('is a post in the channel when it comes after a quarter of an hour', async () => {
    alice.command(discord.room, 'envs');
    const message = await bot.got(1);
    await until(() => discord.said().length, { what: 'the waiting' });
    discord.clock.advance(16 * 60_000);
    const ref = await answer(message, 'late, but here');
    await discord.sees('late, but here');
    await bot.adapter.edit(ref, { text: 'changed' });
    await discord.sees('changed');
  });

  it('is a post in the channel when Discord would not wait for us', async () => {
    discord.fail(/callback/, 'cut', 10);
    alice.command(discord.room, 'envs');
    await answer(await bot.got(1), 'here all the same');
    await discord.sees('here all the same');
  });

  it('is given once, however often it is sent, also by the next process', async () => {
    alice.command(discord.room, 'envs');
    const message = await bot.got(1);
    await answer(message, 'two environments', 'out-1');
    await answer(message, 'two environments', 'out-1');
    await bot.adapter.stop();
    const next = createBot(discord);
    await next.adapter.start(() => {});
    await next.adapter.send(
      message.channel,
      { text: 'two environments' },
      { replyTo: message.replyTo ?? '', key: 'out-1' },
    );
    expect(discord.said().map(({ content }) => content)).toEqual(['two environments']);
    await next.adapter.stop();
  });

  it('is given by the next process when this one ended before', async () => {
    const interaction = alice.command(discord.room, 'envs');
    const message = await bot.got(1);
    await until(() => interaction.original, { what: 'the waiting' });
    await bot.adapter.stop();
    const next = createBot(discord);
    await next.adapter.start(() => {});
    await next.adapter.send(
      message.channel,
      { text: 'an answer' },
      { replyTo: message.replyTo ?? '', key: 'out-2' },
    );
    expect(discord.said()).toEqual([interaction.original]);
    expect(interaction.original?.content).toBe('an answer');
    await next.adapter.stop();
  });

  it('takes the place of the waiting in its simplest form, too, also where the bot may say nothing else', async () => {
    discord.room.forbidden.add('send');
    discord.fail(/^PATCH answer$/, failures.invalid('content', 'no'), 2);
    const interaction = alice.command(discord.room, 'envs');
    const { channel, replyTo } = await bot.got(1);
    await bot.adapter.send(
      channel,
      { text: 'demo ready', mood: 'good', link: 'http://127.0.0.1:8080/runs/1' },
      { replyTo: replyTo ?? '', key: 'out-1' },
    );
    expect(discord.said()).toEqual([interaction.original]);
    expect(interaction.original).toMatchObject({ flags: 0 });
    expect(interaction.original?.content).toContain('http://127.0.0.1:8080/runs/1');
  });

  it('may be followed by more', async () => {
    alice.command(discord.room, 'envs');
    const message = await bot.got(1);
    await answer(message, 'first', 'out-1');
    await answer(message, 'second', 'out-2');
    expect(discord.said().map(({ content }) => content)).toEqual(['first', 'second']);
  });

  it('is acknowledged at once while messages wait for rate limits', async () => {
    discord.limits.set('POST messages', { limit: 1, perMs: 5_000 });
    const channel = discord.nameOf(discord.room);
    await bot.adapter.send(channel, { text: 'one' });
    const waiting = bot.adapter.send(channel, { text: 'two' });
    const interaction = alice.command(discord.room, 'envs');
    await until(() => interaction.callback, { what: 'an acknowledgement', withinMs: 2_500 });
    await waiting;
  });
});

describe('buttons', () => {
  const long = `run demo -- echo ${'x'.repeat(200)}`;
  const buttons: Button[] = [
    { label: 'Logs', command: 'logs demo', style: 'primary' },
    { label: 'Status', command: 'status demo', style: 'plain' },
    { label: 'Destroy', command: 'destroy demo', style: 'danger' },
    { label: 'Long', command: long, style: 'plain' },
  ];

  async function board() {
    await bot.adapter.send(discord.nameOf(discord.room), { text: 'demo: provisioning', buttons });
    return discord.sees('demo: provisioning');
  }

  it('say their command for whoever presses them', async () => {
    const message = await board();
    expect(message.components[0]?.components.map(({ label, style }) => [label, style])).toEqual([
      ['Logs', 1],
      ['Status', 2],
      ['Destroy', 4],
      ['Long', 2],
    ]);
    const bob = discord.person('bob');
    const press = bob.press(message, 'Logs');
    const said = await bot.got(1);
    expect(said).toMatchObject({
      id: press.id,
      text: 'logs demo',
      sender: { identity: `discord:${bob.user.id}` },
    });
    await answer(said, 'the logs');
    const logs = await discord.sees('the logs');
    expect(logs.message_reference?.message_id).toBe(message.id);
    bob.press(message, 'Long');
    expect((await bot.got(2)).text).toBe(long);
  });

  it('ask first where there is danger, and only whoever pressed', async () => {
    const message = await board();
    const press = alice.press(message, 'Destroy');
    const question = await until(() => press.original, { what: 'a question' });
    expect(question).toMatchObject({ content: 'Is this what you want? destroy demo', flags: EPHEMERAL });
    expect(bot.received).toEqual([]);
    const sure = alice.press(question, 'Yes: destroy demo');
    const said = await bot.got(1);
    expect(said).toMatchObject({ id: sure.id, text: 'destroy demo' });
    await until(() => sure.callback, { what: 'an acknowledgement' });
    expect(question).toMatchObject({ content: 'Said: destroy demo', components: [] });
    await answer(said, 'destroying demo');
    await discord.sees('destroying demo');
  });

  it('work on after the process was replaced, but for commands that are too long', async () => {
    const message = await board();
    await bot.adapter.stop();
    const received: IncomingMessage[] = [];
    const next = createBot(discord);
    await next.adapter.start((said) => received.push(said));
    alice.press(message, 'Logs');
    await until(() => received.length, { what: 'a command' });
    expect(received[0]?.text).toBe('logs demo');
    const press = alice.press(message, 'Long');
    const sorry = await until(() => press.original, { what: 'words' });
    expect(sorry).toMatchObject({ flags: EPHEMERAL, content: expect.stringContaining('too old') });
    await next.adapter.stop();
  });
});
