import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insertTopic } from '../../db/agenda.ts';
import { appendEvent } from '../../db/events.ts';
import { insertNote, insertPin } from '../../db/minutes.ts';
import { joinSession } from '../../db/participants.ts';
import { personOf } from '../../db/people.ts';
import { insertSession, linkChannel, type Session } from '../../db/sessions.ts';
import { startBrowser } from '../support/browser.ts';
import { buildPage } from './support/page.ts';
import { startServer, type TestServer } from './support/server.ts';

const started = await startBrowser();

describe('the page of a session in Chromium', () => {
  let server: TestServer;
  let built: Awaited<ReturnType<typeof buildPage>>;
  let browser: Browser;
  let session: Session;
  let personId: number;

  beforeAll(async () => {
    if ('why' in started) return;
    browser = started.browser;
    built = await buildPage();
    server = await startServer({ pageDir: built.dir });
    const { db } = server.database;
    session = await insertSession(db, 'essex-day', null);
    const sessionId = session.id;
    await linkChannel(db, { sessionId, channel: 'irc:lab/#deploy-day', lane: 'operations', linkedBy: null });
    for (const name of ['ann', 'bob', 'zoë']) {
      const { id } = await personOf(db, `irc:lab/${name}`, name);
      await joinSession(db, sessionId, id, {
        organisation: 'Acme',
        site: name === 'bob' ? 'Austin' : 'Boston',
      });
      personId = id;
    }
    await insertTopic(db, {
      sessionId,
      title: 'OVN or Linux bridge?',
      slot: '14:00',
      place: 'blue room',
      who: null,
      personId,
    });
    await insertPin(db, { sessionId, text: `Slides: https://example.org/${'long'.repeat(60)}`, personId });
  });
  afterAll(async () => {
    if ('why' in started) return;
    await browser.close();
    await server.close();
    await built.remove();
  });
  beforeEach(({ skip }) => skip('why' in started, 'why' in started ? started.why : ''));

  test.each([
    { on: 'a phone', width: 360, height: 740, query: '' },
    { on: 'a projector', width: 1280, height: 720, query: '?projector' },
  ])(
    'on $on shows who is there and what is planned, and what happens while it is looked at',
    async ({ width, height, query }) => {
      const context = await browser.newContext({ viewport: { width, height } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await page.goto(`${server.url}/sessions/essex-day${query}`);
      await page.getByRole('status').getByText('live', { exact: true }).waitFor();
      await page.getByRole('heading', { name: 'essex-day', level: 1 }).waitFor();
      await page.getByText('OVN or Linux bridge?').waitFor();
      await page.getByText('ann, zoë').waitFor();
      const decided = `we use OVN, says ${width}`;
      await server.database.db.transaction(async (tx) => {
        await insertNote(tx, { sessionId: session.id, text: decided, decision: true, personId });
        await appendEvent(tx, {
          kind: 'decision.noted',
          sessionId: session.id,
          personId,
          data: { text: decided },
        });
      });
      await page.getByRole('heading', { name: 'Decisions' }).waitFor();
      await page.getByText(`${decided} zoë`).first().waitFor();
      await page.getByText(`decision, noted by zoë: ${decided}`).waitFor();
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide).toBeLessThanOrEqual(0);
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/session-${width}.png`, fullPage: true });
      }
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});
