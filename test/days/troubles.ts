import type { Crowd } from './crowd.ts';
import type { DayPlan, Trouble } from './plan.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

/** Lets a trouble happen; resolves when it is over. `free`: handles of people on IRC who say nothing right now. */
export async function happen(
  kind: Trouble,
  stage: Stage,
  crowd: Crowd,
  plan: DayPlan,
  random: Random,
  free: readonly string[],
): Promise<void> {
  const { bot, voices } = stage;
  switch (kind) {
    case 'kill': {
      await bot.end('SIGKILL');
      voices.discord.loseSession();
      await talkOn(stage, crowd, plan, random);
      await stage.begin();
      return;
    }
    case 'restart':
      await bot.end('SIGTERM');
      voices.discord.loseSession();
      await stage.begin();
      return;
    case 'slack-sockets':
      voices.slack.dropSockets();
      return;
    case 'discord-gateway':
      voices.discord.dropGateway(random.chance(0.5));
      return;
    case 'irc-people':
      await voices.irc.cut(random.shuffled(free).slice(0, 3));
      return;
  }
}

/** People do not notice at once that nobody listens. */
async function talkOn(stage: Stage, crowd: Crowd, { humans }: DayPlan, random: Random): Promise<void> {
  const onDiscord = humans.filter(({ accounts }) => accounts[0].service === 'discord');
  for (const { accounts } of random.shuffled(onDiscord).slice(0, 2)) {
    await crowd.say(accounts[0], random.pick(['who', 'envs', 'note nobody answers']), 'room');
  }
  await stage.pass(60_000);
}
