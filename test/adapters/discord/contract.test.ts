import { adapterContract } from '../../contracts/adapter.ts';
import { createBot } from '../../support/discord/bot.ts';
import { shownText, startDiscord } from '../../support/discord/server.ts';

adapterContract('Discord', async () => {
  const discord = await startDiscord();
  const person = discord.person('alice');
  const { adapter } = createBot(discord);
  return {
    adapter,
    channel: discord.nameOf(discord.room),
    say: (text) => void person.say(discord.room, `@deployday ${text}`),
    sees: async (text) => void (await discord.sees(text)),
    seen: () => discord.said().flatMap((message) => shownText(message).split('\n')),
    end: discord.end,
  };
});
