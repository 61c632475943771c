import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IrcConfig, IrcTimes } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';

const ALICE = 'irc:lab/@alice';
const onlyFor = ['irc:lab/alice'];

describe('what is said in private on IRC', () => {
  let server: ModernServer;
  const bots: Bot[] = [];
  const people: IrcPerson[] = [];
  const startBot = async (times: Partial<IrcTimes> = {}, config: Partial<IrcConfig> = {}) => {
    const bot = createBot(server, config, times);
    bots.push(bot);
    await bot.start();
    return bot;
  };
  const enter = async (nick: string, account?: string): Promise<IrcPerson> => {
    const login = account === undefined ? {} : { account, password: 'secret' };
    const person = await connectPerson(server, { nick, ...login });
    people.push(person);
    return person;
  };
  const texts = (): string[] =>
    server.world.said.flatMap(({ target, lines }) =>
      target === 'alice' ? lines.map(({ text }) => text) : [],
    );
  /** Until it is through, or for good not: what the outbox does. */
  const send = (bot: Bot, text: string) =>
    eventually(`"${text}" is settled`, () =>
      bot.adapter.send(ALICE, { text, onlyFor }).then(
        () => 'said',
        (error) => (error.retryable ? undefined : error),
      ),
    );

  beforeEach(async () => {
    server = await startModern();
    for (const account of ['alice', 'mallory']) server.world.sasl.accounts.set(account, 'secret');
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.adapter.stop()));
    await Promise.all(people.splice(0).map((person) => person.quit()));
    await server.remove();
    expect(server.world.faults).toEqual([]);
  });

  it.each([['account-tag'], ['account-notify']])(
    'does not reach the next one who has the nick after a reconnect (without %s)',
    async (missing) => {
      server.world.caps.delete(missing);
      const bot = await startBot();
      const alice = await enter('alice', 'alice');
      alice.say('deployday', 'link');
      await bot.heard('link');
      server.cut('deployday', 'Closing Link: (Connection reset)');
      await alice.quit();
      await enter('alice', 'mallory');
      const refused = await send(bot, 'your code: 123');
      expect(refused).toMatchObject({ retryable: false, lost: 'person' });
      expect(String(refused)).toMatch(/@alice.*alice/);
      expect(texts()).toEqual([]);
    },
  );

  it('does not reach somebody who is not logged in', async () => {
    const bot = await startBot();
    await enter('alice');
    expect(await send(bot, 'your code: 123')).toMatchObject({ retryable: false });
    expect(texts()).toEqual([]);
  });

  it('does not reach the next one on the same connection, when its owner was seen to leave', async () => {
    const bot = await startBot();
    const alice = await enter('alice', 'alice');
    await alice.join('#room');
    alice.say('deployday', 'link');
    await bot.heard('link');
    expect(await send(bot, 'hello')).toBe('said');
    await alice.quit();
    await enter('alice', 'mallory');
    await send(bot, 'your code: 123');
    expect(texts()).toEqual(['hello']);
  });

  it('reaches its owner after a reconnect, and asks once for several', async () => {
    const bot = await startBot();
    const alice = await enter('alice', 'alice');
    server.cut('deployday', 'Closing Link: (Connection reset)');
    expect(await send(bot, 'one')).toBe('said');
    expect(await send(bot, 'two')).toBe('said');
    await alice.waitFor(/ PRIVMSG alice :two$/);
    const { received } = server.client('deployday');
    expect(received.filter((line) => line.startsWith('WHOIS'))).toEqual(['WHOIS alice']);
  });

  it('is asked about at the pace of everything else, when much of it waits for many people', async () => {
    const bot = await startBot({}, { linesPerSecond: 10 });
    const nicks = Array.from({ length: 12 }, (_, at) => `person${at}`);
    for (const nick of nicks) {
      server.world.sasl.accounts.set(nick, 'secret');
      await enter(nick, nick);
    }
    const { length } = server.world.welcomed;
    server.world.flood = { burst: 10, perSecond: 10 };
    const posts = nicks.map((nick) =>
      bot.adapter.send(`irc:lab/@${nick}`, { text: 'done', onlyFor: [`irc:lab/${nick}`] }),
    );
    await Promise.all(posts);
    expect(server.world.welcomed).toHaveLength(length);
    expect(server.world.said.map(({ target }) => target).sort()).toEqual(nicks.sort());
  });

  it('ends where it stands when another one has the nick after the reconnect', async () => {
    server.world.caps.delete('draft/multiline');
    const bot = await startBot({ backoff: 1_500, backoffMax: 1_500 });
    const alice = await enter('alice', 'alice');
    server.world.cutAfterNext = true;
    const sent = bot.adapter.send(ALICE, { text: 'one\ntwo\nthree', onlyFor }).catch((error) => error);
    await bot.logged(/connecting again/);
    await alice.quit();
    await enter('alice', 'mallory');
    expect(await sent).toMatchObject({ retryable: false });
    expect(texts()).toEqual(['one']);
  });

  it('goes on where it stands when its owner still has the nick', async () => {
    server.world.caps.delete('draft/multiline');
    const bot = await startBot();
    await enter('alice', 'alice');
    server.world.cutAfterNext = true;
    await bot.adapter.send(ALICE, { text: 'one\ntwo\nthree', onlyFor });
    expect(texts().slice(-2)).toEqual(['two', 'three']);
  });

  it('waits for its owner while nobody has the nick', async () => {
    const bot = await startBot();
    expect(await send(bot, 'demo ready')).toMatchObject({ retryable: false, lost: 'person' });
    await enter('alice', 'alice');
    expect(await send(bot, 'demo ready')).toBe('said');
    expect(texts()).toEqual(['demo ready']);
  });

  it('waits for its owner who has been heard just now and left unseen', async () => {
    const bot = await startBot();
    const alice = await enter('alice', 'alice');
    alice.say('deployday', 'link');
    await bot.heard('link');
    await alice.quit();
    const refused = await send(bot, 'demo ready');
    expect(refused).toMatchObject({ retryable: false, lost: 'person' });
    expect(String(refused)).toContain('No such nick');
  });

  it.each([
    ['[al]', '{al}'],
    ['^al', '~al'],
    ['A\\l', 'a|l'],
  ])('reaches %s, whom the server also knows as %s', async (nick, lowered) => {
    server.world.caseMapping = 'rfc1459';
    const bot = await startBot();
    const alice = await enter(nick, 'alice');
    const sent = bot.adapter.send(`irc:lab/@${lowered}`, { text: 'demo ready', onlyFor });
    expect(await sent.then(() => 'said', String)).toBe('said');
    await alice.waitFor(/ PRIVMSG \S+ :demo ready$/);
  });

  it('asks nobody where nicks are believed', async () => {
    const bot = await startBot({}, { identify: 'nick' });
    await enter('alice');
    expect(await send(bot, 'hello')).toBe('said');
    expect(server.client('deployday').received.filter((line) => line.startsWith('WHOIS'))).toEqual([]);
  });
});
