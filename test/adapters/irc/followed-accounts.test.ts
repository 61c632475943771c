import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';

await describeWithPackages(INSPIRCD, 'accounts on a server without account-tag', () => {
  describe.each([
    { how: 'followed through account-notify, extended-join and WHOX', announceAccounts: true },
    { how: 'looked up with WHOIS each time', announceAccounts: false },
  ])('$how', ({ announceAccounts }) => {
    let server: IrcServer;
    let bot: Bot & { start(): Promise<void> };
    let alice: IrcPerson;
    const identity = async (text: string): Promise<string | null> => (await bot.heard(text)).sender.identity;

    beforeAll(async () => {
      server = await startInspircd({ without: ['ircv3_accounttag', 'ircv3_msgid'], announceAccounts });
      alice = await connectPerson(server, { nick: 'alice' });
      await alice.register('alice', 'password1');
      await alice.join('#room');
      bot = createBot(server);
      await bot.start();
    });
    afterAll(async () => {
      await bot?.adapter.stop();
      await alice?.quit();
      await server?.remove();
    });

    it('knows who was there before and who comes later', async () => {
      alice.say('#room', '!first');
      expect(await identity('first')).toBe('irc:lab/alice');
      const late = await connectPerson(server, { nick: 'late', account: 'alice', password: 'password1' });
      await late.join('#room');
      late.say('#room', '!second');
      expect(await identity('second')).toBe('irc:lab/alice');
      await late.quit();
      const nobody = await connectPerson(server, { nick: 'nobody' });
      await nobody.join('#room');
      nobody.say('#room', '!third');
      expect(await identity('third')).toBe(null);
      nobody.say('deployday', 'fourth');
      expect(await identity('fourth')).toBe(null);
      await nobody.quit();
    });

    it('does not pass an account on with the nick', async () => {
      const eve = await connectPerson(server, { nick: 'eve', account: 'alice', password: 'password1' });
      await eve.join('#room');
      eve.say('#room', '!hello from eve');
      expect(await identity('hello from eve')).toBe('irc:lab/alice');
      eve.write('NICK evelyn');
      await eve.waitFor(/ NICK /);
      const thief = await connectPerson(server, { nick: 'eve' });
      thief.say('deployday', 'stolen nick');
      expect(await identity('stolen nick')).toBe(null);
      await thief.join('#room');
      thief.say('#room', '!stolen nick in the room');
      expect(await identity('stolen nick in the room')).toBe(null);
      eve.say('#room', '!renamed');
      expect(await identity('renamed')).toBe('irc:lab/alice');
      await eve.quit();
      await thief.quit();
    });

    it('forgets an account at logout', async () => {
      alice.say('#room', '!before');
      expect(await identity('before')).toBe('irc:lab/alice');
      alice.say('NickServ', 'LOGOUT');
      await alice.waitFor(/ 901 /);
      alice.say('#room', '!after');
      expect(await identity('after')).toBe(null);
    });

    it('keeps the order of what one person says, and gives every message its own id', async () => {
      const carol = await connectPerson(server, { nick: 'carol' });
      const texts = Array.from({ length: 10 }, (_, at) => `line ${at}`);
      for (const text of texts) carol.say('deployday', text);
      await bot.heard('line 9');
      const heard = bot.received.filter(({ text }) => text.startsWith('line '));
      expect(heard.map(({ text }) => text)).toEqual(texts);
      expect(new Set(bot.received.map(({ id }) => id)).size).toBe(bot.received.length);
      await carol.quit();
    });
  });
});
