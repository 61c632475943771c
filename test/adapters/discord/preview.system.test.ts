import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBrowser } from '../../support/browser.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { guideOf } from '../../support/discord/guide.ts';
import { channelPage } from '../../support/discord/page.ts';
import { describeIf } from '../../support/needs.ts';
import { REPLIES } from '../../support/replies/replies.ts';

const started = await startBrowser();

describeIf('why' in started ? { ok: false, why: started.why } : { ok: true })(
  'the replies on a desktop',
  () => {
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
      for (const { message } of REPLIES) await adapter.send(discord.nameOf(discord.room), message);
      const said = discord.said();
      const page = await started.browser.newPage({
        viewport: { width: 860, height: 600 },
        deviceScaleFactor: 1.5,
      });
      await page.setContent(channelPage('deploy-day', said));
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
    });
  },
);
