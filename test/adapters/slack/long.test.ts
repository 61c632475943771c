import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block, OutgoingMessage } from '../../../adapters/message.ts';
import { layout } from '../../../adapters/slack/layout.ts';
import { messageBlocks, textLength } from '../../support/slack/block-kit.ts';
import { guide } from '../../support/slack/guide.ts';
import { blockText, shown, visible } from '../../support/slack/shown.ts';
import { slackWithBot } from './fixture.ts';

const LINK = 'http://127.0.0.1:8080/runs/1';
const log = Array.from({ length: 2_000 }, (_, at) => `line ${at} <of> a & long log`).join('\n');

test('a long log shows its beginning, and is a file in the thread', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  const { id } = await adapter.send(channel, {
    text: 'the log',
    blocks: [{ type: 'code', text: log }],
    link: LINK,
  });
  const [message, below] = slack.workspace.channels.get('C1')?.messages ?? [];
  expect(shown(message as never)).toContain('line 40 <of>');
  expect(shown(message as never)).not.toContain('line 1000');
  expect(shown(message as never)).toContain('all of it is in the thread');
  expect(below?.thread_ts).toBe(id);
  expect(below?.files?.map((file) => file.content.toString())).toEqual([`the log\n\n${log}\n`]);
});

test('said in a thread, its file goes there too', async () => {
  const { slack, alice, adapter, channel } = await slackWithBot();
  const { said } = await alice.mention('C1', 'logs');
  const message: OutgoingMessage = { text: 'the log', blocks: [{ type: 'code', text: log }] };
  await adapter.send(channel, message, { replyTo: JSON.stringify({ thread: said.ts }) });
  expect(slack.workspace.channels.get('C1')?.messages.map(({ thread_ts }) => thread_ts)).toEqual([
    undefined,
    said.ts,
    said.ts,
  ]);
});

test('what few will read is put into the thread: as a post, or as a file where it is long', async () => {
  const { slack, alice, adapter, channel } = await slackWithBot();
  const background = (text: string): OutgoingMessage => ({
    text: 'demo is ready',
    blocks: [{ type: 'code', text }],
    blocksAre: 'background',
  });
  const short = await adapter.send(channel, background('3 checks passed'));
  const long = await adapter.send(channel, background(log));
  const messages = slack.workspace.channels.get('C1')?.messages ?? [];
  expect(messages.filter(({ thread_ts }) => thread_ts === undefined).map(shown)).toEqual([
    'demo is ready',
    'demo is ready',
  ]);
  expect((await alice.findsMessage('C1', '3 checks passed')).thread_ts).toBe(short.id);
  expect(messages.find(({ files }) => files)?.thread_ts).toBe(long.id);
});

test('a board that is too long leaves the rest to the link', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  const board: OutgoingMessage = {
    kind: 'board',
    text: 'running',
    blocks: [{ type: 'code', text: log }],
    link: LINK,
  };
  const ref = await adapter.send(channel, board);
  await adapter.edit(ref, { ...board, text: 'still running' });
  const messages = slack.workspace.channels.get('C1')?.messages ?? [];
  expect(messages).toHaveLength(1);
  expect(shown(messages[0] as never)).toMatch(/still running.*More than fits here: see the link.*runs\/1/s);
});

test('a table wider than most screens is cut, and whole in the thread where there is no link', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  const cell = 'w'.repeat(150);
  const table: Block = { type: 'table', columns: ['key', 'value'], rows: [['motd', cell]] };
  await adapter.send(channel, { text: 'facts', blocks: [table], link: LINK });
  await adapter.send(channel, { text: 'facts', blocks: [table] });
  const [linked, alone, below] = slack.workspace.channels.get('C1')?.messages ?? [];
  for (const message of [linked, alone]) expect(shown(message as never)).not.toContain(cell);
  expect(below?.thread_ts).toBe(alone?.ts);
  expect(below?.files?.[0]?.content.toString()).toContain(cell);
});

test('a file that Slack asks to wait with is uploaded after; one that it refuses is told to the operator', async () => {
  const { slack, bot, adapter, channel } = await slackWithBot();
  const message: OutgoingMessage = { text: 'the log', blocks: [{ type: 'code', text: log }] };
  slack.fail('files.getUploadURLExternal', { status: 429, retryAfter: 1 });
  await adapter.send(channel, message);
  expect(slack.workspace.channels.get('C1')?.messages.at(-1)?.files).toHaveLength(1);
  expect(bot.told).toEqual([]);

  slack.fail('files.getUploadURLExternal', { error: 'missing_scope' });
  await adapter.send(channel, message);
  expect(bot.told).toEqual([
    expect.stringMatching(/details.txt in C1: missing_scope – the app lacks the scope/),
  ]);
});

test('a picture is a file in the thread, with its words; what cannot be drawn is told in words there', async () => {
  const broken = async (name: string) => {
    if (name === 'run/3') throw new Error('out of paint');
    return guide.picture(name);
  };
  const { slack, bot, alice, adapter, channel } = await slackWithBot({
    guide: { ...guide, picture: broken },
  });
  const of = (picture: string): OutgoingMessage => ({
    text: 'the run',
    blocks: [{ type: 'picture', picture, alt: `${picture} took 3 min` }],
    link: LINK,
  });
  const sent = [];
  for (const run of ['run/1', 'run/2', 'run/3']) sent.push(await adapter.send(channel, of(run)));
  const file = (await alice.findsMessage('C1', '[file')).files?.[0];
  expect(file).toMatchObject({ filename: 'run-1.png', altText: 'run/1 took 3 min' });
  expect(file?.content.toString()).toBe('a picture');
  const messages = slack.workspace.channels.get('C1')?.messages ?? [];
  const below = messages.filter(({ thread_ts }) => thread_ts !== undefined);
  expect(below.map(({ thread_ts }) => thread_ts)).toEqual(sent.map(({ id }) => id));
  expect(below.slice(1).map(shown)).toEqual(['run/2 took 3 min', 'run/3 took 3 min']);
  expect(messages.filter(({ thread_ts }) => thread_ts === undefined)).toHaveLength(3);
  expect(bot.told).toEqual(['the picture run/3 could not be drawn: out of paint']);
});

test('a board, which is edited, has the words of its picture', async () => {
  const { alice, adapter, channel } = await slackWithBot({ guide });
  await adapter.send(channel, {
    kind: 'board',
    text: 'going on',
    blocks: [{ type: 'picture', picture: 'run/1', alt: '3 of 4 over' }],
  });
  expect(shown(await alice.findsMessage('C1', 'going on'))).toContain('3 of 4 over');
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4_000 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '\n',
        '<',
        '&',
        '`',
        '```',
        'x'.repeat(500),
        '<!here>',
        '2026-11-23T18:00Z',
        LINK,
      ),
      {
        maxLength: 400,
      },
    )
    .map((parts) => parts.join('')),
);
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: anyText }),
  fc.record({ type: fc.constant('code' as const), text: anyText }),
  fc.record({
    type: fc.constant('table' as const),
    columns: fc.array(anyText, { minLength: 1, maxLength: 3 }),
    rows: fc.array(fc.array(anyText, { maxLength: 3 }), { maxLength: 20 }),
  }),
  fc.record({ type: fc.constant('picture' as const), picture: fc.constant('x'), alt: anyText }),
);
const anyMessage: fc.Arbitrary<OutgoingMessage> = fc.record(
  {
    text: anyText,
    mood: fc.constantFrom('good' as const, 'bad' as const, 'busy' as const, 'waiting' as const),
    blocks: fc.array(anyBlock, { maxLength: 60 }),
    blocksAre: fc.constantFrom('more' as const, 'restated' as const, 'background' as const),
    buttons: fc.array(
      fc.record({
        label: anyText,
        command: anyText,
        style: fc.constantFrom('primary' as const, 'danger' as const),
      }),
      { maxLength: 30 },
    ),
    link: fc.constant(LINK),
  },
  { requiredKeys: ['text'] },
);

test('whatever is said stays within all limits of Slack, and keeps its markup whole', () => {
  fc.assert(
    fc.property(anyMessage, fc.boolean(), (message, inPlace) => {
      const { text, blocks, rest } = layout(message, { inPlace });
      expect(messageBlocks.safeParse(blocks).error?.issues).toBeUndefined();
      expect(text.length).toBeLessThanOrEqual(3_100);
      expect(textLength(blocks) + text.length).toBeLessThanOrEqual(13_000);
      if (rest?.blocks) expect(messageBlocks.safeParse(rest.blocks).error?.issues).toBeUndefined();
      for (const block of blocks) {
        if (block.type !== 'section' || block.text?.type !== 'mrkdwn') continue;
        // Every bracket and every & is one that we have written.
        expect(block.text.text.replace(/<(https?:\/\/|!date\^\d+\^)[^<>]*>|&(amp|lt|gt);/g, '')).not.toMatch(
          /[<>&]/,
        );
      }
    }),
    { numRuns: 150 },
  );
});

test('what fits is shown whole, in order', () => {
  const short = fc.stringMatching(/^[a-z<>&] ?[a-z0-9<>&:/_-]{1,40}$/);
  fc.assert(
    fc.property(short, fc.array(short, { maxLength: 8 }), (text, details) => {
      const { blocks } = layout(
        { text, blocks: details.map((detail) => ({ type: 'text', text: detail })) },
        { inPlace: false },
      );
      expect(blocks.map(blockText)).toEqual([text, ...details]);
      expect(visible(layout({ text }, { inPlace: false }).text)).toBe(text);
    }),
  );
});
