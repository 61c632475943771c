import { onTestFinished } from 'vitest';
import { createBot } from '../../support/slack/bot.ts';
import { createPerson } from '../../support/slack/person.ts';
import { startSlack } from '../../support/slack/server.ts';

/** A Slack with the channel C1, alice in it, and a bot that has started. All of it ends with the test. */
export async function slackWithBot(
  options: Parameters<typeof createBot>[1] & { ackWithin?: number; start?: boolean } = {},
) {
  const slack = await startSlack(options.ackWithin === undefined ? {} : { ackWithin: options.ackWithin });
  onTestFinished(() => slack.close());
  slack.workspace.addChannel('C1');
  const alice = createPerson(slack, 'U1', 'Alice Liddell');
  const anotherBot = (more: typeof options = {}) => {
    const bot = createBot(slack, { ...options, ...more });
    onTestFinished(() => bot.adapter.stop());
    return bot;
  };
  const bot = anotherBot();
  if (options.start !== false) await bot.start();
  return { slack, alice, bot, adapter: bot.adapter, anotherBot, channel: 'slack:T1/C1' };
}
