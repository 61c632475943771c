import type { Guide } from '../../adapters/adapter.ts';
import { consoleLines } from '../../adapters/console/lines.ts';
import { toPng } from '../../pictures/png.ts';
import { startBot as startDiscordBot } from '../support/discord/bot.ts';
import { discordMessage } from '../support/discord/page.ts';
import { html } from '../support/html.ts';
import { createBot as createIrcBot } from '../support/irc/bot.ts';
import { connectPerson } from '../support/irc/client.ts';
import { startModern } from '../support/irc/modern/server.ts';
import { ircLog } from '../support/irc/page.ts';
import type { NamedReply } from '../support/replies/replies.ts';
import { createBot as createSlackBot } from '../support/slack/bot.ts';
import { slackMessages } from '../support/slack/page.ts';
import { startSlack } from '../support/slack/server.ts';
import { until } from '../support/until.ts';
import { createPreviewGuide } from './guide.ts';

/** How each service shows something: whose look it has (`slack` …), and HTML. */
export type Shown = Readonly<Partial<Record<Look, string>>>;
export type Look = 'slack' | 'discord' | 'irc' | 'terminal';

export type PreviewServices = Awaited<ReturnType<typeof openServices>>;

/** The stand-ins of the services, each with the real adapter connected to it. */
export async function openServices() {
  let current: NamedReply | undefined;
  const pictures = new Map<string, Buffer>();
  const picture: Guide['picture'] = async () => {
    if (!current?.picture) return null;
    const drawn = await toPng(current.picture);
    const block = current.message.blocks?.find((each) => each.type === 'picture');
    if (block) pictures.set(block.alt, drawn);
    return drawn;
  };

  const guide = createPreviewGuide(picture);
  const slack = await startSlack();
  slack.workspace.addChannel('C1');
  const slackBot = createSlackBot(slack, { guide });
  await slackBot.start();
  const discordBot = await startDiscordBot({ guide });
  const { discord } = discordBot;
  const irc = await startModern();
  const person = await connectPerson(irc, { nick: 'alice' });
  await person.join('#room');
  const ircBot = createIrcBot(irc, { linesPerSecond: 1_000 });
  await ircBot.start();

  const slackRoom = () => slack.workspace.channels.get('C1')?.messages ?? [];
  const ircSaid = () =>
    person.lines.flatMap((line) => /^:deployday!\S+ PRIVMSG #room :(.*)$/.exec(line)?.[1] ?? []);

  return {
    slack,
    discord,
    guide,
    async show(reply: NamedReply): Promise<Required<Shown>> {
      current = reply;
      const before = [slackRoom().length, discord.said().length, ircSaid().length] as const;
      await slackBot.adapter.send('slack:T1/C1', reply.message);
      await discordBot.adapter.send(discord.nameOf(discord.room), reply.message);
      await ircBot.adapter.send('irc:lab/#room', reply.message);
      await until(() => ircSaid().length > before[2], { what: 'the reply on IRC' });
      await person.settled();
      const lines = ircSaid().slice(before[2]);
      const typed = { nick: 'alice', text: `!${reply.said}` };
      const onDiscord = discord.said().slice(before[1]);
      return {
        slack: slackMessages(slackRoom().slice(before[0])),
        discord: onDiscord.map((message) => discordMessage(message, pictures)).join(''),
        irc: ircLog([typed, ...lines.map((text) => ({ nick: 'deployday', text }))]),
        terminal: terminal([`deployday> ${reply.said}`, ...consoleLines(reply.message, 104)]),
      };
    },
    async close() {
      await Promise.all([slackBot.adapter.stop(), discordBot.end(), ircBot.adapter.stop()]);
      await person.quit();
      await irc.remove();
      await slack.close();
    },
  };
}

export function terminal(lines: readonly string[]): string {
  return `<pre>${html(lines.join('\n'))}</pre>`;
}
