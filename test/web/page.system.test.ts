import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutgoingMessage } from '../../adapters/message.ts';
import { startBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { buildPage } from './support/page.ts';
import { seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';

const started = await startBrowser();

/** What the chat was told of every run. */
const TOLD: OutgoingMessage = {
  text: 'told',
  blocks: [{ type: 'table', columns: ['check', 'evidence'], rows: [['token', 'issued <to> admin']] }],
};

describe('the page in Chromium', () => {
  let server: TestServer;
  let built: Awaited<ReturnType<typeof buildPage>>;
  let browser: Browser;

  beforeAll(async () => {
    if ('why' in started) return;
    browser = started.browser;
    built = await buildPage();
    server = await startServer({ pageDir: built.dir, outcome: async () => TOLD });
  });
  afterAll(async () => {
    if ('why' in started) return;
    await browser.close();
    await server.close();
    await built.remove();
  });
  beforeEach(({ skip }) => skip('why' in started, 'why' in started ? started.why : ''));

  /** Opens a page; what the browser complains of, blocked scripts and styles among it, fails the test. */
  async function visit<T>(
    path: string,
    look: (page: Page) => Promise<T>,
    options: BrowserContextOptions = {},
  ): Promise<T> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      // A server that is being restarted is no fault of the page.
      if (message.type() === 'error' && !/ERR_CONNECTION|ERR_INCOMPLETE/.test(message.text())) {
        complaints.push(message.text());
      }
    });
    try {
      await page.goto(server.url + path);
      await page.getByRole('status').getByText('live', { exact: true }).waitFor();
      const result = await look(page);
      expect(complaints).toEqual([]);
      return result;
    } finally {
      await context.close();
    }
  }

  const lines = (page: Page) => page.locator('.log .text').allTextContents();
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}`);

  test('with nothing there, says what to type; then shows what comes, live', async () => {
    await visit('/', async (page) => {
      await page.getByText('provision demo from hello').waitFor();
      const demo = await seedEnvironment(server.database, 'demo', { nodeNames: ['controller'] });
      const card = page.getByRole('article').filter({ hasText: 'demo' });
      await card.getByText('provisioning').waitFor();
      await card.getByText('controller').waitFor();
      expect(await page.title()).toBe('▶ demo provisioning · Deployday');
      const run = await demo.run();
      await run.end('succeeded', 'demo is ready', 'ready');
      await card.getByText('ready', { exact: true }).waitFor();
      await until(async () => (await page.title()) === '✓ 1 ready · Deployday', { what: 'the title' });
      expect(await page.locator('#icon').getAttribute('href')).toBe('/icon-good.svg');
      await card.getByRole('link', { name: 'demo' }).first().click();
      await page.getByRole('heading', { name: 'demo', level: 1 }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/environments/demo');
      await page.getByText('reset demo').waitFor();
      await page.goBack();
      await page.getByRole('heading', { name: 'Environments' }).waitFor();
    });
  });

  test('a run: when each step ran is drawn live, and its outcome is a table', async () => {
    const demo = await seedEnvironment(server.database, 'drawn', { nodeNames: ['controller', 'compute-1'] });
    const run = await demo.run({ steps: { base: 'Base <packages>', greet: 'Greet' } });
    const began = Date.now() - 20_000;
    await run.change('base@controller', { state: 'running', startedAt: new Date(began) });
    await visit(
      `/runs/${run.id}`,
      async (page) => {
        const drawing = page.locator('.drawing svg');
        await drawing.getByText('Base <packages>', { exact: true }).waitFor();
        await drawing.getByText(/^running \d+ (s|min)/).waitFor();
        await run.change('base@controller', { state: 'failed', endedAt: new Date(began + 9_000) });
        await drawing.getByText('failed 9 s').waitFor();
        // It takes the page's colours: dark paper in the dark.
        const paper = await page.evaluate("getComputedStyle(document.querySelector('.drawing .paper')).fill");
        expect(paper).toBe('rgb(26, 32, 39)');
        expect(await page.locator('.reply').count()).toBe(0);
        await run.end('failed', 'drawn failed', 'failed');
        await page.getByRole('cell', { name: 'issued <to> admin' }).waitFor();
      },
      { colorScheme: 'dark' },
    );
  });

  test('a run opened by its address: lines come without a reload, states change, a choice filters', async () => {
    const environment = await seedEnvironment(server.database, 'live', {
      nodeNames: ['controller', 'compute-1'],
    });
    const run = await environment.run({ steps: { base: 'Base packages', greet: 'Greet' } });
    await run.print('base@controller', ...numbered(1, 3));
    await visit(`/runs/${run.id}`, async (page) => {
      await page.locator('.log').getByText('line 3', { exact: true }).waitFor();
      await run.print('base@compute-1', 'from compute');
      await page.locator('.log').getByText('from compute').waitFor();
      expect(await lines(page)).toEqual([...numbered(1, 3), 'from compute']);

      await run.change('base@controller', { state: 'failed', exitCode: 2, detail: 'no such package' });
      await page.getByText('no such package').waitFor();
      await page.getByRole('button', { name: 'controller failed' }).waitFor();

      await page.getByLabel('Node').selectOption('compute-1');
      await until(async () => (await lines(page)).length === 1, { what: 'the filtered log' });
      await run.print('base@controller', 'hidden');
      await run.print('greet@compute-1', 'shown');
      await page.locator('.log').getByText('shown').waitFor();
      expect(await lines(page)).toEqual(['from compute', 'shown']);
      expect(await page.getByRole('link', { name: 'as text' }).getAttribute('href')).toBe(
        `/runs/${run.id}/log?node=compute-1`,
      );

      await run.end('failed', 'Base packages said no on controller', 'failed');
      await page.getByText('Base packages said no on controller').waitFor();
      await until(async () => (await page.title()).startsWith('✗ live provision failed'), {
        what: 'the title',
      });
    });
  });

  test('after a restart of the server the log goes on, no line missing or doubled', async () => {
    const run = await (await seedEnvironment(server.database, 'restart')).run();
    await run.print('greet@node', ...numbered(1, 40));
    await visit(`/runs/${run.id}`, async (page) => {
      await page.locator('.log').getByText('line 40', { exact: true }).waitFor();
      await server.stop();
      await page.getByText('reconnecting…').waitFor();
      await run.print('greet@node', ...numbered(41, 60));
      await server.start();
      await page.getByRole('status').getByText('live', { exact: true }).waitFor();
      await run.print('greet@node', ...numbered(61, 70));
      await page.locator('.log').getByText('line 70', { exact: true }).waitFor();
      expect(await lines(page)).toEqual(numbered(1, 70));
    });
  });

  test('what a node prints stays text', async () => {
    const run = await (await seedEnvironment(server.database, 'hostile')).run();
    const hostile = [
      '<img src=x onerror="document.title=\'owned\'">',
      '<script>document.title="owned"</script>',
      '\x1b]0;owned\x07\x1b[31m</div><h1>owned</h1>\x1b[0m',
    ];
    await run.print('greet@node', ...hostile);
    await run.change('greet@node', { state: 'failed', detail: '<b>owned</b>', endedAt: new Date() });
    await run.end('failed', '<i>owned</i>', 'failed');
    await visit(`/runs/${run.id}`, async (page) => {
      await page.getByText('<i>owned</i>').waitFor();
      await page.getByText('<b>owned</b>').waitFor();
      expect(await lines(page)).toEqual([hostile[0], hostile[1], '</div><h1>owned</h1>']);
      expect(await page.locator('.log img, .log script, .log h1, main b:text("owned"), main i').count()).toBe(
        0,
      );
      expect(await page.title()).not.toContain('owned');
    });
  });

  test('a line that is too long is cut, with a way to the whole of it', async () => {
    const run = await (await seedEnvironment(server.database, 'long', { nodeNames: ['one', 'two'] })).run();
    const long = 'x'.repeat(1024 * 1024);
    await run.print('greet@one', 'short', long);
    await run.print('greet@two', 'other');
    await visit(`/runs/${run.id}`, async (page) => {
      await page.locator('.log').getByText('other', { exact: true }).waitFor();
      expect(await lines(page)).toEqual([
        'short',
        `${'x'.repeat(8192)} … (1040384 more characters)`,
        'other',
      ]);
      const href = await page.getByRole('link', { name: 'whole line' }).getAttribute('href');
      expect(await (await fetch(server.url + href)).text()).toBe(`short\n${long}\n`);
    });
  });

  test('fits a phone of 360 px, whatever is printed; a projector gets large type', async () => {
    const names = ['controller', 'a-very-long-node-name-that-somebody-chose-1', 'compute-2'];
    const environment = await seedEnvironment(
      server.database,
      'phone-with-a-name-that-is-much-too-long-for-it',
      {
        nodeNames: names,
      },
    );
    const run = await environment.run();
    await run.print('greet@controller', 'x'.repeat(500), 'a sentence with spaces '.repeat(30));
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    for (const path of ['/', `/environments/${environment.name}`, `/runs/${run.id}`]) {
      await visit(
        path,
        async (page) => {
          await page.getByRole('heading', { level: 1 }).waitFor();
          expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360);
        },
        phone,
      );
    }
    const size = (page: Page) =>
      page.evaluate('parseFloat(getComputedStyle(document.documentElement).fontSize)');
    expect(await visit(`/runs/${run.id}?projector`, size)).toBe(24);
    expect(await visit(`/runs/${run.id}`, size)).toBe(16);
  });

  test('works by keyboard', async () => {
    const environment = await seedEnvironment(server.database, 'keys');
    const run = await environment.run();
    await run.print('greet@node', ...numbered(1, 300));
    await visit('/environments/keys', async (page) => {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
      await page.getByRole('link', { name: /^run \d+/ }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'keys provision' }).waitFor();
      await until(() => page.evaluate('document.activeElement.tagName === "H1"'), {
        what: 'the focus on the heading',
      });
      const log = page.getByRole('log');
      await log.getByText('line 300', { exact: true }).waitFor();
      for (
        let presses = 0;
        (await page.evaluate("document.activeElement.getAttribute('role')")) !== 'log';
        presses++
      ) {
        await page.keyboard.press('Tab');
        expect(presses).toBeLessThan(20);
      }
      const distance = () => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
      await until(async () => (await distance()) < 2, { what: 'the log at its end' });
      await page.keyboard.press('Home');
      const toEnd = page.getByRole('button', { name: 'To the end' });
      await toEnd.waitFor();
      // It stays where it is read, until asked.
      await run.print('greet@node', 'line 301');
      await log.getByText('line 301', { exact: true }).waitFor({ state: 'attached' });
      expect(await log.evaluate((box) => box.scrollTop)).toBeLessThan(50);
      await toEnd.press('Enter');
      await until(async () => (await distance()) < 2, { what: 'the log at its end again' });
    });
  });

  test('50,000 lines neither freeze it nor pile up', async () => {
    const run = await (await seedEnvironment(server.database, 'flood')).run();
    await visit(`/runs/${run.id}`, async (page) => {
      await page.getByText('No output yet.').waitFor();
      for (let at = 0; at < 50; at++)
        await run.print('greet@node', ...numbered(at * 1000 + 1, at * 1000 + 1000));
      const last = "document.querySelector('.log .block:last-of-type .line:last-child .text')?.textContent";
      await until(async () => (await page.evaluate(last)) === 'line 50000', {
        what: 'the last line',
        withinMs: 60_000,
        everyMs: 100,
      });
      expect(await page.locator('.log .line').count()).toBeLessThanOrEqual(10_100);
      await page.getByText('Older lines are in the').waitFor();
      const clicked = performance.now();
      await page.getByRole('button', { name: 'Large type' }).click();
      await page.locator('html.large').waitFor();
      expect(performance.now() - clicked).toBeLessThan(3000);
    });
  });
});
