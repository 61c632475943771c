import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { startBrowser } from '../../support/browser.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { guideOf } from '../../support/discord/guide.ts';
import { channelPage } from '../../support/discord/page.ts';

/** A reply of each kind, as the bot makes them. */
const REPLIES: readonly [heading: string, message: OutgoingMessage][] = [
  [
    'a list',
    {
      text: 'demo: ready\nex: failed',
      blocks: [
        {
          type: 'table',
          columns: ['environment', 'state', 'blueprint', 'pool', 'nodes'],
          rows: [
            ['demo', 'ready', 'hello', 'lab', '1'],
            ['ex', 'failed', 'essex', 'rack', '4'],
          ],
        },
      ],
      blocksAre: 'restated',
      link: 'https://day.example.org/',
    },
  ],
  [
    'a board, changed in place',
    {
      kind: 'board',
      mood: 'busy',
      text: 'ex: provisioning, 5 of 14 done, now: MariaDB with a database per service (2m10s) https://day.example.org/runs/7',
      blocks: [
        {
          type: 'table',
          columns: ['step', 'nodes', 'state'],
          rows: [
            ['packages installed, nothing started', '4', '✓ 4 done'],
            ['MariaDB with a database per service', '1', '▶ running'],
            ['Keystone: identity', '1', '· waiting'],
          ],
        },
      ],
      buttons: [
        { label: 'Logs', command: 'logs ex', style: 'plain' },
        { label: 'Cancel', command: 'cancel ex', style: 'danger' },
      ],
    },
  ],
  [
    'an outcome with evidence',
    {
      kind: 'outcome',
      mood: 'bad',
      text: 'ex failed after 6m02s: Keystone: identity on controller exited with 1. https://day.example.org/runs/7',
      blocks: [
        {
          type: 'code',
          text: 'mysql: ERROR 1045 (28000): Access denied for user `keystone`@`localhost`\nkeystone-manage db_sync: exit 1',
        },
      ],
      buttons: [{ label: 'Retry', command: 'retry ex', style: 'primary' }],
    },
  ],
  [
    'a question',
    {
      kind: 'question',
      mood: 'waiting',
      text: 'ex: nobody knows whether "db_sync" on controller was done: the node rebooted at 2026-03-01T10:00:05Z.',
      blocks: [{ type: 'text', text: 'Look, and then say what became of it.' }],
      buttons: [
        { label: 'It is done', command: 'resolve ex db_sync done', style: 'plain' },
        { label: 'Run it again', command: 'resolve ex db_sync again', style: 'primary' },
        { label: 'It failed', command: 'resolve ex db_sync failed', style: 'danger' },
      ],
    },
  ],
  [
    'differences',
    {
      text: 'ex differs from its baseline in 2 facts, most telling first',
      blocks: [
        {
          type: 'table',
          columns: ['what', 'baseline', 'now'],
          rows: [
            ['keystone.conf [token] provider', 'fernet', 'jws'],
            ['package libapache2-mod-wsgi-py3', '4.9.4-1+b2', 'missing'],
          ],
        },
      ],
    },
  ],
  [
    'a long output',
    {
      text: 'ex/controller: the last 400 lines of packages',
      blocks: [
        {
          type: 'code',
          text: Array.from({ length: 400 }, (_, at) => `Setting up python3-oslo.${at} …`).join('\n'),
        },
      ],
      blocksAre: 'background',
      link: 'https://day.example.org/runs/7/log',
    },
  ],
  ['a refusal', { kind: 'refusal', text: 'destroy needs an environment: one of demo, ex' }],
];

const started = await startBrowser();

describe.skipIf('why' in started)('the replies on a desktop', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot({ guide: guideOf() });
  });
  afterAll(async () => {
    await bot?.end();
    if ('browser' in started) await started.browser.close();
  });

  it('fit: no row of a table is broken', async () => {
    if (!('browser' in started)) return;
    const { discord, adapter } = bot;
    for (const [, message] of REPLIES) await adapter.send(discord.nameOf(discord.room), message);
    const said = discord.said();
    const page = await started.browser.newPage({
      viewport: { width: 860, height: 600 },
      deviceScaleFactor: 1.5,
    });
    await page.setContent(
      channelPage(
        'deploy-day',
        REPLIES.map(([heading], at) => ({ heading, message: said[at] as (typeof said)[0] })),
      ),
    );
    const blocks = await page.locator('.embed pre, .content > pre').evaluateAll((all) =>
      all.map((one) => ({
        text: one.textContent ?? '',
        rows: Math.round((one.clientHeight - 16) / 18),
      })),
    );
    expect(blocks.length).toBeGreaterThan(3);
    for (const { text, rows } of blocks) {
      if (text.includes('  ')) expect(rows, text).toBe(text.split('\n').length);
    }
    // Draws docs/images/discord.png anew when it is wanted.
    if (process.env.DEPLOYDAY_DRAW) {
      await writeFile('docs/images/discord.png', await page.locator('main').screenshot());
    }
  });
});
