import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adapterOf } from '../../../adapters/channel.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { guideOf } from '../../support/discord/guide.ts';
import { ChannelType } from '../../support/discord/model.ts';
import type { Person } from '../../support/discord/person.ts';
import type { Discord } from '../../support/discord/server.ts';

describe('what people say on Discord', () => {
  let bot: Bot;
  let discord: Discord;
  let alice: Person;

  beforeAll(async () => {
    bot = await startBot({ guide: guideOf() });
    discord = bot.discord;
    alice = discord.person('alice', { displayName: 'Alice' });
  });
  afterAll(() => bot?.end());
  beforeEach(() => {
    bot.received.length = 0;
  });

  it('is known by the account, and shown by the name of this guild, else of everywhere', async () => {
    const said = alice.say(discord.room, '@deployday status demo');
    const identity = `discord:${alice.user.id}`;
    expect(await bot.got(1)).toMatchObject({
      adapter: 'discord',
      id: said.id,
      channel: `discord:${discord.model.guild}/${discord.room.id}`,
      sender: { identity, display: 'Alice' },
      text: 'status demo',
    });
    discord.model.nicks.set(alice.user.id, 'alice (Acme)');
    alice.say(discord.room, '@deployday status demo');
    expect((await bot.got(2)).sender).toEqual({ identity, display: 'alice (Acme)' });
    discord.person('bob').say(discord.room, '@deployday whoami');
    expect((await bot.got(3)).sender.display).toBe('bob');
  });

  it('is a command in an answer to the bot that pings it, where it reads as one', async () => {
    const ref = await bot.adapter.send(discord.nameOf(discord.room), { text: 'demo is ready' });
    const [, id] = ref.id.split('/');
    const answered = discord.said(discord.room).find((message) => message.id === id);
    if (!answered) throw new Error('nothing was said');
    alice.reply(discord.room, answered, 'logs demo/n1', { ping: false });
    alice.reply(discord.room, answered, 'thanks, that was quick');
    alice.reply(discord.room, answered, 'Logs demo/n1');
    alice.reply(discord.room, answered, '`!envs`');
    await bot.got(2);
    alice.say(discord.room, '@deployday anything else');
    await bot.got(3);
    expect(bot.received.map(({ text }) => text)).toEqual(['Logs demo/n1', 'envs', 'anything else']);
  });

  it.each([
    ['@deployday: status demo', 'status demo'],
    ['hello @deployday, status demo', 'status demo'],
    ['status demo @deployday', 'status demo'],
    ['@deployday', ''],
    ['@deployday `status demo`', 'status demo'],
    ['@deployday ```\nstatus demo\n```', 'status demo'],
    ['@deployday run demo -- echo `hostname`', 'run demo -- echo `hostname`'],
    ['@deployday handoff demo <@123>', 'handoff demo discord:123'],
    ['<@!BOT> status demo', 'status demo'],
    ['<@&ROLE> status demo @deployday', 'status demo'],
  ])('%j is the command %j', async (typed, text) => {
    const { bot: user, role } = discord.model;
    alice.say(discord.room, typed.replace('BOT', user.id).replace('ROLE', role));
    expect((await bot.got(1)).text).toBe(text);
  });

  it('needs no mention in a direct message, whose channel is another', async () => {
    alice.say(alice.direct, 'status demo');
    alice.say(alice.direct, '@deployday envs');
    expect((await bot.got(2)).text).toBe('envs');
    const channel = `discord:@me/${alice.direct.id}`;
    expect(bot.received.map((message) => message.channel)).toEqual([channel, channel]);
    expect(adapterOf(channel)).toBe(bot.adapter.name);
    await bot.adapter.send(channel, { text: 'demo is ready' }, { replyTo: bot.received[0]?.replyTo ?? '' });
    await discord.sees('demo is ready', alice.direct);
  });

  it('is not for the bot when it does not mention it, comes from a program, or was changed afterwards', async () => {
    const robot = discord.person('robot', { bot: true });
    robot.say(discord.room, '@deployday status demo');
    alice.say(discord.room, 'status demo');
    const said = alice.say(discord.room, '@deployday status demo');
    alice.edit(said, '@deployday destroy demo');
    alice.say(discord.room, '@deployday envs');
    await bot.got(2);
    expect(bot.received.map(({ text }) => text)).toEqual(['status demo', 'envs']);
  });

  it('is said in the channel of a thread, and answered in the thread', async () => {
    const thread = discord.model.addChannel('a thread', ChannelType.publicThread, discord.room.id);
    const said = alice.say(thread, '@deployday status demo');
    const message = await bot.got(1);
    expect(message.channel).toBe(discord.nameOf(discord.room));
    await bot.adapter.send(message.channel, { text: 'demo is ready' }, { replyTo: message.replyTo ?? '' });
    const answer = await discord.sees('demo is ready', thread);
    expect(answer.message_reference?.message_id).toBe(said.id);
  });

  it('has a post of a forum for its channel', async () => {
    const forum = discord.model.addChannel('forum', ChannelType.forum);
    const thread = discord.model.addChannel('a post', ChannelType.publicThread, forum.id);
    alice.say(thread, '@deployday status demo');
    const { channel } = await bot.got(1);
    expect(channel).toBe(discord.nameOf(thread));
    await bot.adapter.send(channel, { text: 'outcome' });
    await discord.sees('outcome', thread);
  });

  it('is kept from us when it mentions our role, and the bot says so', async () => {
    alice.say(discord.room, `<@&${discord.model.role}> status demo`);
    await discord.sees('Mention me as a member, or use /deployday');
    expect(bot.received).toEqual([]);
  });

  it('is answered where it was said', async () => {
    const said = alice.say(discord.room, '@deployday status demo');
    const { channel, replyTo } = await bot.got(1);
    await bot.adapter.send(channel, { text: 'this is the answer' }, { replyTo: replyTo ?? '' });
    const answer = await discord.sees('this is the answer');
    expect(answer).toMatchObject({ message_reference: { message_id: said.id }, pings: [] });
  });

  it('keeps its order in a channel that nobody has told us of', async () => {
    const channel = discord.model.addChannel('new');
    const texts = Array.from({ length: 20 }, (_, at) => `status ${at}`);
    for (const text of texts) alice.say(channel, `@deployday ${text}`);
    await bot.got(20);
    expect(bot.received.map(({ text }) => text)).toEqual(texts);
  });
});
