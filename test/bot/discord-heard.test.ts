import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../support/discord/person.ts';
import { type Discord, startDiscord } from '../support/discord/server.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

describe('what is heard on Discord', () => {
  let discord: Discord;
  let world: World;
  let alice: Person;
  let count = 0;

  beforeAll(async () => {
    discord = await startDiscord();
    alice = discord.person('alice');
    world = await openWorld({ discord: { token: discord.token, apiUrl: discord.apiUrl } });
  });
  afterAll(async () => {
    await world?.close();
    await discord?.end();
  });

  const said = (part: string) => discord.said().filter(({ content }) => content.includes(part));
  /** A typo that nobody has made before, and what the bot says to it. */
  const typo = (): string => `stauts once-${++count}x`;
  const answersTo = (line: string) => said(`status ${line.split(' ')[1]}`);
  /** Everything that was heard before is answered. */
  async function settled(): Promise<void> {
    const line = typo();
    alice.say(discord.room, `@deployday ${line}`);
    await until(() => answersTo(line).length, { what: 'an answer to the last', withinMs: 30_000 });
  }

  it('acts once on what is told again: by a resumed session, by a new one, by the next process', async () => {
    const line = typo();
    const message = alice.say(discord.room, `@deployday ${line}`);
    await until(() => answersTo(line).length, { what: 'an answer' });
    discord.tellAgain(discord.room, message);
    await settled();

    const [meanwhile, lost] = [typo(), typo()];
    discord.gateway.drop();
    alice.say(discord.room, `@deployday ${meanwhile}`);
    await until(() => answersTo(meanwhile).length, { what: 'an answer after a drop', withinMs: 30_000 });
    discord.gateway.forget();
    discord.gateway.drop();
    alice.say(discord.room, `@deployday ${lost}`);
    await until(() => answersTo(lost).length, { what: 'an answer after a lost session', withinMs: 30_000 });

    await world.restart();
    discord.tellAgain(discord.room, message);
    await settled();
    for (const each of [line, meanwhile, lost]) expect(answersTo(each)).toHaveLength(1);
  });

  it('takes no edit for a second command', async () => {
    const [line, changed] = [typo(), typo()];
    const message = alice.say(discord.room, `@deployday ${line}`);
    await until(() => answersTo(line).length, { what: 'an answer' });
    alice.edit(message, `@deployday ${changed}`);
    const talk = alice.say(discord.room, 'only talk');
    alice.edit(talk, `@deployday ${changed}`);
    await settled();
    expect(answersTo(line)).toHaveLength(1);
    expect(answersTo(changed)).toEqual([]);
  });

  it('leaves other bots alone, and itself', async () => {
    const line = typo();
    const robot = discord.person('robot', { bot: true });
    robot.say(discord.room, `@deployday ${line}`);
    const [own] = discord.said();
    if (!own) throw new Error('the bot has said nothing yet');
    discord.tellAgain(discord.room, {
      ...own,
      content: `<@${own.author.id}> ${line}`,
      mentions: [own.author],
    });
    await settled();
    expect(answersTo(line)).toEqual([]);
  });

  it('answers others while one person floods the channel, with one notice', async () => {
    const bob = discord.person('bob');
    discord.limits.set('POST messages', { limit: 5, perMs: 5_000 });
    const before = discord.said().length;
    for (let time = 0; time < 40; time++) alice.say(discord.room, '@deployday envs');
    bob.say(discord.room, '@deployday whoami');
    await until(() => said('You are bob').length, { what: 'an answer to bob', withinMs: 40_000 });
    const meanwhile = discord.said().slice(before);
    expect(meanwhile.length).toBeLessThan(14);
    expect(meanwhile.filter(({ content }) => content.includes('of your commands wait already'))).toHaveLength(
      1,
    );
  });
});
