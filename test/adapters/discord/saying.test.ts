import { createRequire } from 'node:module';
import fc from 'fast-check';
import * as undici from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { guideOf } from '../../support/discord/guide.ts';
import { shownOf } from '../../support/discord/markdown.ts';
import type { Channel } from '../../support/discord/model.ts';
import { type Discord, shownText } from '../../support/discord/server.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const lines = (count: number) =>
  Array.from({ length: count }, (_, at) => `line ${at} of the output`).join('\n');

describe('what the bot says on Discord', () => {
  let bot: Bot;
  let discord: Discord;
  let room: Channel;
  const send = (message: OutgoingMessage, how = {}) => bot.adapter.send(discord.nameOf(room), message, how);
  const last = () => discord.said(room).at(-1) as NonNullable<ReturnType<typeof discord.said>[0]>;

  beforeAll(async () => {
    const picture = async (name: string) => {
      if (name === 'broken') throw new Error('no fonts');
      return name === 'gone' ? null : PNG;
    };
    bot = await startBot({ guide: guideOf({ picture }) });
    discord = bot.discord;
    room = discord.room;
  });
  afterAll(() => bot?.end());
  afterEach(() => {
    room = discord.model.addChannel('another');
  });

  it('is plain text with details beside it, in a colour that is never the only sign', async () => {
    await send({
      kind: 'outcome',
      mood: 'good',
      text: 'demo ready in 3 s http://127.0.0.1:8080/runs/1',
      blocks: [
        { type: 'text', text: 'two *nodes*' },
        {
          type: 'table',
          columns: ['node', 'state'],
          rows: [
            ['n1', 'up'],
            ['n2', 'down'],
          ],
        },
        { type: 'code', text: '$ uname\nLinux\n' },
      ],
      link: 'http://127.0.0.1:8080/runs/1',
    });
    expect(last().content).toBe('demo ready in 3 s <http://127.0.0.1:8080/runs/1>');
    expect(last().embeds).toEqual([
      {
        color: 0x2e7d32,
        description: 'two \\*nodes\\*\n```\nnode  state\nn1    up\nn2    down\n```\n```\n$ uname\nLinux\n```',
      },
    ]);
    expect(last().attachments).toEqual([]);
  });

  // The HTTP library of a process is that of whoever loaded his first; Slack's refuses what Discord's makes.
  it('has its picture whatever other services are served', async () => {
    const before = undici.getGlobalDispatcher();
    const bolt = createRequire(createRequire(import.meta.url).resolve('@slack/bolt'));
    const slack = createRequire(bolt.resolve('@slack/socket-mode'));
    const { Agent, setGlobalDispatcher } = slack('undici') as typeof undici;
    setGlobalDispatcher(new Agent());
    try {
      await send({ text: 'demo', blocks: [{ type: 'picture', picture: 'run', alt: 'the run' }] });
    } finally {
      undici.setGlobalDispatcher(before);
    }
    expect(last().attachments).toMatchObject([{ size: PNG.length }]);
  });

  it('shows a list as a table, where the text says the same', async () => {
    await send({
      text: 'demo: ready\nex: failed',
      blocks: [
        {
          type: 'table',
          columns: ['environment', 'state'],
          rows: [
            ['demo', 'ready'],
            ['ex', 'failed'],
          ],
        },
      ],
      blocksAre: 'restated',
      link: 'http://h/',
    });
    expect(last()).toMatchObject({
      content: '```\nenvironment  state\ndemo         ready\nex           failed\n```\n<http://h/>',
      embeds: [],
    });
  });

  it('calls who has to do something, and nobody else', async () => {
    const text = `demo: <@7> @everyone alice, it is your turn ${'x'.repeat(1_900)}`;
    await send({ kind: 'question', text, mention: 'discord:4242' });
    expect(last().pings).toEqual(['<@4242>']);
    expect(last().content).toMatch(/^<@4242> demo: /);
    await send({ text: 'demo', mention: 'slack:T1/U1' });
    expect(last()).toMatchObject({ content: 'demo', pings: [] });
  });

  it('keeps within every limit whatever it says, pings nobody, and formats nothing', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.constantFrom(
        '@everyone <@1> <@&2>',
        '```\n@here\n```',
        `${'`'.repeat(3)}js`,
        '[x](http://y.z)',
        '*'.repeat(5_000),
        lines(200),
        '',
      ),
    );
    const block = fc.oneof(
      fc.record({ type: fc.constant('text' as const), text }),
      fc.record({ type: fc.constant('code' as const), text }),
      fc.record({
        type: fc.constant('table' as const),
        columns: fc.array(text, { maxLength: 3 }),
        rows: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
      }),
      fc.record({
        type: fc.constant('picture' as const),
        picture: fc.constantFrom('run', 'gone', 'broken'),
        alt: text,
      }),
    );
    const message = fc.record(
      {
        kind: fc.constantFrom('answer' as const, 'board' as const, 'outcome' as const),
        mood: fc.constantFrom('good' as const, 'bad' as const),
        text,
        blocks: fc.array(block, { maxLength: 4 }),
        blocksAre: fc.constantFrom('more' as const, 'restated' as const, 'background' as const),
        buttons: fc.array(
          fc.record({
            label: text,
            command: text,
            style: fc.constantFrom('primary' as const, 'danger' as const),
          }),
          { maxLength: 4 },
        ),
        link: fc.oneof(fc.webUrl(), text),
      },
      { requiredKeys: ['text'] },
    );
    await fc.assert(
      fc.asyncProperty(message, async (said) => {
        // Discord refuses what is beyond its limits: that would reject.
        const ref = await send(said);
        const { content, embeds, pings } = last();
        expect(pings).toEqual([]);
        const shown = [content, ...embeds.map(({ description = '' }) => description)].map(shownOf);
        for (const { entities } of shown) expect(entities).toEqual([]);
        await bot.adapter.edit(ref, said);
      }),
      { numRuns: 60 },
    );
  });

  it('is a file where it is too long, with its beginning shown', async () => {
    await send({
      text: 'demo: the last 500 lines',
      blocks: [{ type: 'code', text: lines(500) }],
      link: 'http://h/log',
    });
    const { embeds, attachments, content } = last();
    expect(content).toBe('demo: the last 500 lines\n<http://h/log>');
    expect(embeds[0]?.description).toContain('line 0 of the output');
    expect(embeds[0]?.description).toMatch(/…\n```$/);
    expect(attachments).toMatchObject([
      { filename: 'details.txt', text: expect.stringContaining('line 499 of the output') },
    ]);
  });

  it('is cut for Discord at 10 MiB', async () => {
    await send({ text: 'a flood', blocks: [{ type: 'code', text: lines(600_000) }] });
    expect(last().attachments[0]?.size).toBeLessThan(10 * 1024 * 1024);
    expect(last().attachments[0]?.text).toMatch(/the rest was left out/);
  });

  it('tells the details of an outcome in a thread of it', async () => {
    const failed = { kind: 'outcome', text: 'demo failed: install on n1', mood: 'bad' } as const;
    await send({ ...failed, blocks: [{ type: 'code', text: lines(250) }] });
    expect(last().attachments).toEqual([]);
    const thread = discord.model.channels.get(last().id);
    expect(thread?.name).toBe('demo failed: install on n1');
    const parts = thread?.messages.map(({ content }) => content) ?? [];
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap((part) => shownOf(part).codeBlocks).join('\n')).toContain(lines(250));
  });

  it('is one file in the thread where it would be many messages', async () => {
    await send({ kind: 'outcome', text: 'demo failed', blocks: [{ type: 'code', text: lines(5_000) }] });
    const thread = discord.model.channels.get(last().id);
    expect(thread?.messages).toHaveLength(1);
    expect(thread?.messages[0]?.attachments[0]?.text).toContain('line 4999 of the output');
  });

  it('has the details at the outcome itself where the bot may make no threads', async () => {
    room.forbidden.add('threads');
    await send({ kind: 'outcome', text: 'demo failed', blocks: [{ type: 'code', text: lines(500) }] });
    expect(discord.said(room)).toHaveLength(1);
    expect(last().attachments[0]?.text).toContain('line 499 of the output');
  });

  it('comes without files where the bot may send none', async () => {
    room.forbidden.add('attach');
    await send({
      text: 'demo',
      blocks: [
        { type: 'picture', picture: 'run', alt: 'a run' },
        { type: 'code', text: lines(500) },
      ],
    });
    expect(shownText(last())).toContain('line 0 of the output');
    expect(last()).toMatchObject({ content: 'demo', attachments: [] });
  });

  it('leaves few-read details to the file', async () => {
    await send({ text: 'demo ready', blocks: [{ type: 'code', text: lines(100) }], blocksAre: 'background' });
    expect(last().embeds).toEqual([]);
    expect(last().attachments[0]?.text).toContain('line 99 of the output');
  });

  it('shows pictures with their words, and only the words where there is no picture', async () => {
    await send({
      text: 'how it went',
      blocks: [
        { type: 'picture', picture: 'run', alt: 'three steps, one after the other' },
        { type: 'picture', picture: 'gone', alt: 'gone' },
        { type: 'picture', picture: 'broken', alt: 'broken' },
      ],
    });
    expect(last().attachments).toMatchObject([
      { filename: 'picture-1.png', description: 'three steps, one after the other' },
    ]);
    expect(last().embeds).toEqual([{ image: { url: 'attachment://picture-1.png' } }]);
    expect(bot.logged.join('\n')).toContain('the picture broken could not be drawn: no fonts');
  });

  it('rings no telephone for a board, and changes it in place', async () => {
    const ref = await send({
      kind: 'board',
      text: 'demo: 1 of 3',
      blocks: [{ type: 'code', text: lines(900) }],
    });
    expect(last()).toMatchObject({ flags: 1 << 12, attachments: [] });
    await bot.adapter.edit(ref, { kind: 'board', text: 'demo: 2 of 3' });
    expect(discord.said(room)).toHaveLength(1);
    expect(last()).toMatchObject({ content: 'demo: 2 of 3', embeds: [] });
  });

  it('is said once when the answer to it is lost, and when it is sent again', async () => {
    discord.fail(/^POST messages/, 'lost');
    await send({ text: 'demo ready' }, { key: 'outbox-7' }).catch((error) =>
      expect(error).toMatchObject({ retryable: true }),
    );
    await send({ text: 'demo ready' }, { key: 'outbox-7' });
    expect(discord.said(room).map(({ content }) => content)).toEqual(['demo ready']);
  });
});
