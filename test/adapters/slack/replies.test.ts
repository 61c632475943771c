import { type RepliesUnderTest, repliesContract } from '../../contracts/replies.ts';
import { createBot } from '../../support/slack/bot.ts';
import { startSlack } from '../../support/slack/server.ts';
import { blockText, calls, madeOf, shown, visible } from '../../support/slack/shown.ts';

async function onSlack(): Promise<RepliesUnderTest> {
  const slack = await startSlack();
  const room = slack.workspace.addChannel('C1');
  const { adapter, start } = createBot(slack);
  await start();
  return {
    async show(message) {
      const before = room.messages.length;
      await adapter.send('slack:T1/C1', message);
      const said = room.messages.slice(before);
      const files = said.flatMap((each) => (each.files ?? []).map(({ content }) => content.toString()));
      const all = said.map(shown).join('\n');
      return {
        text: [withoutFences(all), ...files].join('\n'),
        plain: visible(said[0]?.text ?? ''),
        fixed: said.flatMap(({ blocks = [] }) => blocks.flatMap(fenced)),
        made: said.flatMap((each) => [...calls(each), ...madeOf(each)]),
      };
    },
    async end() {
      await adapter.stop();
      await slack.close();
    },
  };
}

function fenced(block: unknown): string[] {
  const part = /^```\n([\s\S]*)\n```$/.exec(blockText(block))?.[1];
  return part === undefined ? [] : [part];
}

const withoutFences = (text: string) => text.replaceAll(/^```$/gm, '');

repliesContract('Slack', onSlack, { leavesBackground: false, runs: 100 });
