import { type RepliesUnderTest, repliesContract } from '../../contracts/replies.ts';
import { startBot } from '../../support/discord/bot.ts';
import { shownOf } from '../../support/discord/markdown.ts';
import type { Message } from '../../support/discord/model.ts';

async function onDiscord(): Promise<RepliesUnderTest> {
  const { adapter, discord, end } = await startBot();
  const { room } = discord;
  const channels = () => [...discord.model.channels.values()];
  const said = () => channels().flatMap((channel) => discord.said(channel));
  return {
    async show(message) {
      const before = new Set(said());
      await adapter.send(discord.nameOf(room), message);
      const messages = said().filter((each) => !before.has(each));
      const parts = messages.flatMap(partsOf).map(shownOf);
      const files = messages.flatMap(({ attachments }) => attachments.map(({ text }) => text));
      return {
        text: [...parts.map(({ text }) => text), ...files].join('\n'),
        plain: shownOf(messages[0]?.content ?? '').text,
        fixed: parts.flatMap(({ codeBlocks }) => codeBlocks),
        made: [
          ...parts.flatMap(({ entities }) => entities.filter((kind) => kind !== 'code block')),
          ...messages.flatMap(({ pings }) => pings),
        ],
      };
    },
    end,
  };
}

const partsOf = ({ content, embeds }: Message) => [
  content,
  ...embeds.flatMap(({ description }) => description ?? []),
];

repliesContract('Discord', onDiscord, { leavesBackground: false, runs: 100 });
