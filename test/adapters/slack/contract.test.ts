import { type AdapterUnderTest, adapterContract } from '../../contracts/adapter.ts';
import { createBot } from '../../support/slack/bot.ts';
import { createPerson } from '../../support/slack/person.ts';
import { startSlack } from '../../support/slack/server.ts';

async function onSlack(): Promise<AdapterUnderTest> {
  const slack = await startSlack();
  slack.workspace.addChannel('C1');
  const alice = createPerson(slack, 'U1', 'Alice Liddell');
  const { adapter } = createBot(slack);
  return {
    adapter,
    channel: 'slack:T1/C1',
    say: (text) => void alice.mention('C1', text),
    sees: async (text) => void (await alice.findsMessage('C1', text)),
    seen: () => alice.sees('C1').flatMap((message) => message.split('\n')),
    end: () => slack.close(),
  };
}

adapterContract('Slack', onSlack);
