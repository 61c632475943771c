import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { needDebianPackages } from '../support/debian.ts';
import { INSPIRCD } from '../support/irc/needs.ts';
import { describeIf } from '../support/needs.ts';
import type { Chat } from './chat.ts';
import { openDiscordChat } from './discord.ts';
import { BOT_KILLED, isBad, lineOf, playRounds } from './round.ts';
import { openSlackChat } from './slack.ts';

const need = await needDebianPackages(['openssh-server', 'openssh-client', ...INSPIRCD]);

/** All of it, IRC too, with an outage of a minute in the middle of ten runs: `npm run test:chaos`. */
describeIf(need)('chat', () => {
  it.each<[string, () => Promise<Chat>, string]>([
    ['Slack', openSlackChat, 'service down'],
    ['Discord', openDiscordChat, 'service down'],
  ])('%s: every outcome is posted once and in order, whatever breaks', async (_, open, trouble) => {
    const database = await createTestDatabase();
    const troubles = [trouble, BOT_KILLED];
    const env = { DATABASE_URL: database.url };
    const counts = await playRounds(await open(), { runs: 2, outage: 2_000, troubles, env });
    await database.drop();
    expect(counts).toHaveLength(troubles.length);
    expect(counts.filter(isBad).map(lineOf)).toEqual([]);
  });
});
