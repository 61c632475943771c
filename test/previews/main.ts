import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBrowser } from '../support/browser.ts';
import { DISCORD_MENU_STYLE } from '../support/discord/menu-page.ts';
import { DISCORD_STYLE } from '../support/discord/page.ts';
import { IRC_STYLE } from '../support/irc/page.ts';
import { REPLIES } from '../support/replies/replies.ts';
import { SLACK_STYLE } from '../support/slack/page.ts';
import { SLACK_VIEW_STYLE } from '../support/slack/view-page.ts';
import { showAsking, showHome } from './asked.ts';
import { LOOKS, manual } from './manual.ts';
import { openServices, type Shown } from './services.ts';

/**
 * Sends a reply of each kind through the adapters to the stand-ins of the services, draws what came out as their clients do,
 * and writes docs/replies.md with an image of each.
 */

const FOLDER = join('docs', 'images', 'replies');
/** Bytes; a form with many parameters is the largest. */
const LARGEST = 150 * 1024;

const PAGE_STYLE = `
body { margin: 0; background: #fff; } main { width: 820px; padding: 2px; }
main > div { border: 1px solid #d5dbe2; border-radius: 6px; overflow: hidden; }
`;

const STYLE = [PAGE_STYLE, SLACK_STYLE, SLACK_VIEW_STYLE, DISCORD_STYLE, DISCORD_MENU_STYLE, IRC_STYLE].join(
  '',
);

function page(look: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main><div class="${look}">${body}</div></main>`;
}

const started = await startBrowser();
if ('why' in started) throw new Error(`the images cannot be drawn: ${started.why}`);
const services = await openServices();
try {
  await mkdir(FOLDER, { recursive: true });
  let count = 0;
  const tab = await started.browser.newPage({ viewport: { width: 824, height: 600 } });
  const draw = async (name: string, shown: Shown): Promise<void> => {
    for (const look of LOOKS) {
      const body = shown[look];
      if (body === undefined) continue;
      await tab.setContent(page(look, body));
      const image = await tab.locator('main').screenshot();
      if (image.length > LARGEST) throw new Error(`${name}-${look}.png is large: ${image.length} bytes`);
      await writeFile(join(FOLDER, `${name}-${look}.png`), image);
      count++;
    }
  };
  for (const reply of REPLIES) await draw(reply.name, await services.show(reply));
  await draw('asking', await showAsking(services));
  await draw('home', await showHome(services));
  await writeFile(join('docs', 'replies.md'), manual());
  console.log(`wrote docs/replies.md and ${count} images`);
} finally {
  await services.close();
  await started.browser.close();
}
