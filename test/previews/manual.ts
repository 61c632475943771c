import { REPLIES } from '../support/replies/replies.ts';
import type { Look } from './services.ts';

export const LOOKS: readonly Look[] = ['slack', 'discord', 'irc', 'terminal'];
const SERVICES: Readonly<Record<Look, string>> = {
  slack: 'Slack',
  discord: 'Discord',
  irc: 'IRC',
  terminal: 'the terminal',
};

/** An image of each look, with the same words beside it. */
function images(name: string, words: string, looks: readonly Look[] = LOOKS): string {
  return looks
    .map((look) => `![On ${SERVICES[look]}: ${words}](images/replies/${name}-${look}.png)\n`)
    .join('\n');
}

/** docs/replies.md */
export function manual(): string {
  const sections = REPLIES.map(({ name, heading, said, message }) => {
    const words = message.text.split('\n')[0]?.replace(/[[\]]/g, '') ?? '';
    const title = heading === '' ? '' : `## ${heading}\n\n`;
    return `${title}\`${said}\`\n\n${images(name, words)}`;
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

${sections.join('\n')}
## What \`provision\` needs: a form, a menu, a line

\`/deployday provision\` on Slack opens a form; another blueprint brings its own parameters. On Discord the same command offers what each option may be while it is
typed. On IRC \`help provision\` says what can follow, and in the terminal the Tab key offers it.

${images('asking', 'what provision can be given')}
## Slack's home tab

The bot's own page on Slack: what waits for the reader's approval, the reader's leases, and the environments. Elsewhere it is asked for: \`approve\`, \`who\`, \`envs\`.

${images('home', 'approvals, leases and environments of the reader', ['slack'])}`;
}
