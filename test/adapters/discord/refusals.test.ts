import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SendError } from '../../../adapters/adapter.ts';
import { writeReplyTo } from '../../../adapters/discord/reply-to.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { Failure, failures } from '../../support/discord/failure.ts';
import { type Channel, ChannelType } from '../../support/discord/model.ts';
import type { Discord } from '../../support/discord/server.ts';

let bot: Bot;
let discord: Discord;
let room: Channel;

beforeAll(async () => {
  bot = await startBot();
  discord = bot.discord;
  room = discord.room;
});
afterAll(() => bot?.end());
afterEach(() => {
  discord.rest.faults.length = 0;
  discord.limits.set('POST messages', { limit: 1_000, perMs: 1_000 });
  room = discord.model.addChannel('another');
});

const send = (text = 'demo is ready') => bot.adapter.send(discord.nameOf(room), { text });
const failed = (promise: Promise<unknown>): Promise<SendError> =>
  promise.then(
    () => {
      throw new Error('it was taken');
    },
    (error) => {
      expect(error).toBeInstanceOf(SendError);
      return error;
    },
  );

describe('rate limits', () => {
  it('are kept before they are met, in order', async () => {
    discord.limits.set('POST messages', { limit: 3, perMs: 300 });
    const before = discord.limits.told.refused;
    const texts = Array.from({ length: 10 }, (_, at) => `message ${at}`);
    await Promise.all(texts.map(send));
    expect(discord.said(room).map(({ content }) => content)).toEqual(texts);
    expect(discord.limits.told.refused - before).toBeLessThanOrEqual(1);
  });

  it('are waited for where they are short', async () => {
    discord.limits.storm(2, 200);
    await send();
    expect(discord.said(room)).toHaveLength(1);
    discord.limits.storm(1, 200, true);
    await send('again');
    expect(discord.said(room)).toHaveLength(2);
  });

  it.each([true, false])(
    'are told to the sender where they are long (of all requests: %s)',
    async (global) => {
      const other = await startBot();
      other.discord.limits.storm(1, 20_000, global);
      const sent = other.adapter.send(other.discord.nameOf(other.discord.room), { text: 'x' });
      const { retryable, retryAfter } = await failed(sent);
      expect(retryable).toBe(true);
      expect(retryAfter).toBeGreaterThan(15_000);
      await other.end();
    },
  );

  it('hold up their own channel only', async () => {
    discord.limits.set('POST messages', { limit: 1, perMs: 2_000 });
    await send('first');
    const waiting = send('second');
    const busy = room;
    room = discord.model.addChannel('free');
    await send('elsewhere');
    expect(discord.said(busy)).toHaveLength(1);
    await waiting;
    expect(discord.said(busy)).toHaveLength(2);
  });
});

describe('refusals', () => {
  it.each<[string, Failure, RegExp]>([
    [
      'the channel is gone',
      failures.unknownChannel(),
      /the channel is gone, or the bot is not in its server/,
    ],
    ['it may not be seen', failures.missingAccess(), /allow it View Channel there/],
    ['nothing may be said there', failures.missingPermissions(), /allow it Send Messages/],
    [
      'somebody wants no messages',
      new Failure(403, 50_007, 'Cannot send messages to this user'),
      /takes no direct messages/,
    ],
    ['the message is not as it must be', failures.invalid('content', 'Too odd'), /Too odd/],
  ])('are for good when %s, and tell what to do', async (_, failure, message) => {
    discord.fail(/POST messages/, failure);
    const error = await failed(send());
    expect(error.retryable).toBe(false);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(discord.nameOf(room));
  });

  it.each<[string, Failure | 'cut']>([
    ['Discord is out of order', new Failure(503, 0, 'Service Unavailable')],
    ['the connection is cut', 'cut'],
    ['the token is refused', failures.unauthorized()],
    ['Discord is overloaded', new Failure(503, 130_000, 'API resource is currently overloaded')],
    [
      'the channel is in slow mode',
      new Failure(400, 20_016, 'This action cannot be performed due to slowmode rate limit'),
    ],
  ])('pass by when %s', async (_, failure) => {
    discord.fail(/POST messages/, failure, 10);
    expect((await failed(send())).retryable).toBe(true);
    discord.rest.faults.length = 0;
    await send();
    expect(discord.said(room)).toHaveLength(1);
  });

  it('are for good when a message to be changed was deleted', async () => {
    const ref = await send();
    const [message] = discord.said(room);
    if (message) message.deleted = true;
    const error = await failed(bot.adapter.edit(ref, { text: 'x' }));
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('was deleted') });
    const strange = bot.adapter.edit({ channel: ref.channel, id: '../../users/@me' }, { text: 'x' });
    expect((await failed(strange)).retryable).toBe(false);
  });

  it('of channels that are none of ours reach no server', async () => {
    const before = discord.rest.heard.length;
    for (const name of ['discord:1/../../x', 'discord:1', 'discord:a/b', 'slack:T1/C1', 'discord:1/2/3']) {
      expect((await failed(bot.adapter.send(name, { text: 'x' }))).retryable).toBe(false);
    }
    expect(discord.rest.heard.length).toBe(before);
  });

  it('never cite what lets others speak for the bot', async () => {
    discord.fail(/answer/, new Failure(500, 0, 'broken'), 10);
    const token = 'aW50ZXJhY3Rpb246c2VjcmV0';
    const replyTo = writeReplyTo({
      kind: 'interaction',
      channel: room.id,
      interaction: '1',
      application: discord.model.application,
      token,
      expires: Date.now() + 60_000,
    });
    const error = await failed(bot.adapter.send(discord.nameOf(room), { text: 'x' }, { replyTo }));
    expect(`${error.stack} ${JSON.stringify(error)} ${bot.logged.join()}`).not.toContain(token);
    expect(error.cause).toBeUndefined();
  });
});

describe('an answer', () => {
  it('is a post of its own where the bot may not read what was said before', async () => {
    room.forbidden.add('history');
    const said = discord.person('alice').say(room, '@deployday envs');
    const replyTo = writeReplyTo({ kind: 'message', channel: room.id, message: said.id });
    await bot.adapter.send(discord.nameOf(room), { text: 'no environments' }, { replyTo });
    expect(discord.said(room)).toMatchObject([{ content: 'no environments', type: 0 }]);
  });

  it('is a post of its own where the question was deleted', async () => {
    const replyTo = writeReplyTo({ kind: 'message', channel: room.id, message: '4711' });
    await bot.adapter.send(discord.nameOf(room), { text: 'no environments' }, { replyTo });
    expect(discord.said(room)).toMatchObject([{ content: 'no environments' }]);
  });

  it('is in the channel where the bot may not write in the thread', async () => {
    const thread = discord.model.addChannel('thread', ChannelType.publicThread, room.id);
    const replyTo = writeReplyTo({ kind: 'message', channel: thread.id, message: '4711' });
    for (const right of ['send', 'view'] as const) {
      thread.forbidden.add(right);
      await bot.adapter.send(discord.nameOf(room), { text: `without ${right}` }, { replyTo });
    }
    expect(discord.said(room)).toMatchObject([{ content: 'without send' }, { content: 'without view' }]);
  });

  it('is in the channel where the thread is gone, and where it answers something unknown', async () => {
    const thread = discord.model.addChannel('thread', ChannelType.publicThread, room.id);
    discord.model.channels.delete(thread.id);
    for (const replyTo of [
      writeReplyTo({ kind: 'message', channel: thread.id, message: '4711' }),
      'nonsense',
      'i 1 2',
      'm 1 ../2',
    ]) {
      await bot.adapter.send(discord.nameOf(room), { text: 'here' }, { replyTo });
    }
    expect(discord.said(room)).toHaveLength(4);
  });
});

describe('a message that is refused for what is in it', () => {
  const rich = {
    ...({ kind: 'outcome', mood: 'good', text: 'demo ready', link: 'http://127.0.0.1:8080/runs/1' } as const),
    blocks: [{ type: 'text', text: 'and so on' } as const],
    buttons: [{ label: 'Verify', command: 'verify demo', style: 'plain' } as const],
  };
  const sendRich = () => bot.adapter.send(discord.nameOf(room), rich, { key: 'o-1' });

  it.each([
    ['its form', failures.invalid('embeds.0.description', 'Must be 4096 or fewer in length.')],
    ["a server's AutoMod", new Failure(400, 200_000, 'Message was blocked by automatic moderation')],
    ['the title', new Failure(400, 200_001, 'Title was blocked by automatic moderation')],
  ])('is said as its text alone: %s', async (_, failure) => {
    discord.fail(/^POST messages$/, failure);
    await sendRich();
    expect(discord.said(room)).toMatchObject([
      { content: expect.stringContaining('demo ready'), embeds: [], components: [] },
    ]);
  });

  it('is told of by its link, where its words are refused too', async () => {
    discord.fail(/^POST messages$/, new Failure(400, 200_000, 'blocked'), 2);
    await sendRich();
    const [said] = discord.said(room);
    expect(said?.content).not.toContain('demo ready');
    expect(said?.content).toContain(rich.link);
  });

  it('is given up where nothing is taken, and not tried for ever', async () => {
    discord.fail(/^POST messages$/, new Failure(400, 200_000, 'blocked'), 3);
    expect(await failed(sendRich())).toMatchObject({ retryable: false, lost: undefined });
    expect(discord.said(room)).toEqual([]);
  });

  it('is changed more simply, too', async () => {
    const ref = await send('1 of 9');
    discord.fail(/^PATCH message$/, failures.invalid('embeds.0.description', 'too long'));
    await bot.adapter.edit(ref, rich);
    expect(discord.said(room)).toMatchObject([
      { content: expect.stringContaining('demo ready'), embeds: [], components: [] },
    ]);
  });

  it('is not tried anew as it is each time that it changes, but now and then', async () => {
    const board = { ...rich, kind: 'board' } as const;
    const patches = () => discord.rest.heard.filter(({ route }) => route === 'PATCH message').length;
    const warned = () => bot.logged.filter((line) => line.includes('more simply')).length;
    discord.fail(/^POST messages$/, new Failure(400, 200_000, 'blocked'));
    const ref = await bot.adapter.send(discord.nameOf(room), board);
    const before = { patches: patches(), warned: warned() };
    for (const done of [1, 2, 3]) await bot.adapter.edit(ref, { ...board, text: `${done} of 9` });
    expect(patches() - before.patches).toBe(3);
    expect(warned()).toBe(before.warned);
    expect(discord.said(room)).toMatchObject([
      { content: expect.stringContaining('3 of 9'), components: [] },
    ]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    try {
      await bot.adapter.edit(ref, { ...board, text: '4 of 9' });
    } finally {
      vi.useRealTimers();
    }
    expect(discord.said(room)[0]?.components).toHaveLength(1);
  });

  it.each([1, 2])('calls whoever is to act all the same (refused %i times)', async (times) => {
    discord.fail(/^POST messages$/, new Failure(400, 200_000, 'blocked'), times);
    await bot.adapter.send(discord.nameOf(room), { ...rich, kind: 'question', mention: 'discord:4242' });
    expect(discord.said(room)).toMatchObject([{ pings: ['<@4242>'], embeds: [] }]);
  });

  it('is said once, also when the answer to the simpler form is lost', async () => {
    discord.fail(/^POST messages$/, failures.invalid('embeds', 'too long'));
    await sendRich();
    discord.fail(/^POST messages$/, failures.invalid('embeds', 'too long'));
    await sendRich();
    expect(discord.said(room)).toHaveLength(1);
  });
});
