import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guide } from '../../adapters/adapter.ts';
import { consoleLines } from '../../adapters/console/lines.ts';
import { board } from '../../pictures/board.ts';
import { gantt } from '../../pictures/gantt.ts';
import { toPng } from '../../pictures/png.ts';
import { startBrowser } from '../support/browser.ts';
import { startBot as startDiscordBot } from '../support/discord/bot.ts';
import { guideOf } from '../support/discord/guide.ts';
import { DISCORD_STYLE, discordMessage } from '../support/discord/page.ts';
import { html } from '../support/html.ts';
import { createBot as createIrcBot } from '../support/irc/bot.ts';
import { connectPerson } from '../support/irc/client.ts';
import { startModern } from '../support/irc/modern/server.ts';
import { IRC_STYLE, ircLog } from '../support/irc/page.ts';
import { type NamedReply, REPLIES } from '../support/replies/replies.ts';
import { after } from '../support/replies/rows.ts';
import { createBot as createSlackBot } from '../support/slack/bot.ts';
import { SLACK_STYLE, slackMessages } from '../support/slack/page.ts';
import { startSlack } from '../support/slack/server.ts';
import { until } from '../support/until.ts';

/**
 * Sends a reply of each kind through the adapters to the stand-ins of the services, draws what came out as their clients do,
 * and writes docs/replies.md with an image of each.
 */

const FOLDER = join('docs', 'images', 'replies');
const LARGEST = 60 * 1024;

/** How each service shows one reply: its name, and HTML. */
type Shown = readonly (readonly [service: string, look: string, body: string])[];

async function openServices() {
  let current: NamedReply | undefined;
  const pictures = new Map<string, Buffer>();
  const picture: Guide['picture'] = async (name) => {
    const run = current?.run;
    if (!run) return null;
    const drawn = await toPng(name.endsWith('/board') ? board(run) : gantt(run, after(38).getTime()));
    const block = current?.message.blocks?.find((each) => each.type === 'picture');
    if (block) pictures.set(block.alt, drawn);
    return drawn;
  };

  const guide = guideOf({ picture });
  const slack = await startSlack();
  slack.workspace.addChannel('C1');
  const slackBot = createSlackBot(slack, { guide });
  await slackBot.start();
  const discordBot = await startDiscordBot({ guide });
  const irc = await startModern();
  const person = await connectPerson(irc, { nick: 'alice' });
  await person.join('#room');
  const ircBot = createIrcBot(irc, { linesPerSecond: 1_000 });
  await ircBot.start();

  const slackRoom = () => slack.workspace.channels.get('C1')?.messages ?? [];
  const ircSaid = () =>
    person.lines.flatMap((line) => /^:deployday!\S+ PRIVMSG #room :(.*)$/.exec(line)?.[1] ?? []);

  return {
    async show(reply: NamedReply): Promise<Shown> {
      current = reply;
      const before = [slackRoom().length, discordBot.discord.said().length, ircSaid().length] as const;
      await slackBot.adapter.send('slack:T1/C1', reply.message);
      await discordBot.adapter.send(discordBot.discord.nameOf(discordBot.discord.room), reply.message);
      await ircBot.adapter.send('irc:lab/#room', reply.message);
      await until(() => ircSaid().length > before[2], { what: 'the reply on IRC' });
      await person.settled();
      const lines = ircSaid().slice(before[2]);
      const typed = { nick: 'alice', text: `!${reply.said}` };
      return [
        ['Slack', 'slack', slackMessages(slackRoom().slice(before[0]))],
        [
          'Discord',
          'discord',
          discordBot.discord
            .said()
            .slice(before[1])
            .map((message) => discordMessage(message, pictures))
            .join(''),
        ],
        ['IRC', 'irc', ircLog([typed, ...lines.map((text) => ({ nick: 'deployday', text }))])],
        ['The terminal', 'terminal', terminal(reply)],
      ];
    },
    async close() {
      await Promise.all([slackBot.adapter.stop(), discordBot.end(), ircBot.adapter.stop()]);
      await person.quit();
      await irc.remove();
      await slack.close();
    },
  };
}

function terminal({ said, message }: NamedReply): string {
  return `<pre>${html([`deployday&gt; ${said}`, ...consoleLines(message, 104)].join('\n')).replace('&amp;gt;', '&gt;')}</pre>`;
}

function page(look: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${PAGE_STYLE}${SLACK_STYLE}${DISCORD_STYLE}${IRC_STYLE}</style><main><div class="${look}">${body}</div></main>`;
}

const PAGE_STYLE = `
body { margin: 0; background: #fff; } main { width: 820px; padding: 2px; }
main > div { border: 1px solid #d5dbe2; border-radius: 6px; overflow: hidden; }
`;

const LOOKS = { slack: 'Slack', discord: 'Discord', irc: 'IRC', terminal: 'the terminal' };

function manual(): string {
  const sections = REPLIES.map(({ name, heading, said, message }) => {
    const words = message.text.split('\n')[0]?.replace(/[[\]]/g, '') ?? '';
    const title = heading === '' ? '' : `## ${heading}\n\n`;
    const images = Object.entries(LOOKS).map(
      ([look, service]) => `![On ${service}: ${words}](images/replies/${name}-${look}.png)\n`,
    );
    return `${title}\`${said}\`\n\n${images.join('\n')}`;
  });
  return `# What the bot's answers look like

One kind of answer is one structure, and each service shows it as well as it can: a table is in fixed width on Slack, Discord and in the terminal, short aligned lines on
IRC, a real table on the page. Everything that is said in a table, a picture or a colour is said in plain text, too.

| | Slack | Discord | IRC | terminal | page |
|---|---|---|---|---|---|
| a run going on | one message, edited, with buttons | one message, edited, with buttons | a line ever more rarely; the last one is taken back where the server can | a line | live |
| how it ended | a new post | a new post | a line, with a coloured sign (\`colors: false\`: without) | a line | the outcome, tables as tables |
| evidence, long output | in the thread, as a post or a file | in the message; what is too long in a thread or a file | six lines and the link | all of it | all of it |
| pictures | a file in the thread, with words | in the message, with words | the link | words | drawn live |
| times | in the reader's zone | in the reader's zone, and how far away | UTC | UTC | in the reader's zone |
| what somebody may press | buttons, red ones ask | buttons, red ones ask | what to type is in the text | what to type is in the text | – |

The images are drawn by \`npm run docs:previews\` from what the adapters really sent, in the manner of each client.

${sections.join('\n')}`;
}

const started = await startBrowser();
if ('why' in started) throw new Error(`the images cannot be drawn: ${started.why}`);
const services = await openServices();
try {
  await mkdir(FOLDER, { recursive: true });
  let count = 0;
  const tab = await started.browser.newPage({ viewport: { width: 824, height: 600 } });
  for (const reply of REPLIES) {
    for (const [, look, body] of await services.show(reply)) {
      await tab.setContent(page(look, body));
      const image = await tab.locator('main').screenshot();
      if (image.length > LARGEST)
        throw new Error(`${reply.name}-${look}.png is large: ${image.length} bytes`);
      await writeFile(join(FOLDER, `${reply.name}-${look}.png`), image);
      count++;
    }
  }
  await writeFile(join('docs', 'replies.md'), manual());
  console.log(`wrote docs/replies.md and ${count} images`);
} finally {
  await services.close();
  await started.browser.close();
}
