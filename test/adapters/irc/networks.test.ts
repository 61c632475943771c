import { expect, it, type TestContext } from 'vitest';
import type { IrcConfig, IrcTimes } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson, type Login } from '../../support/irc/client.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../../support/irc/needs.ts';
import { startNgircd } from '../../support/irc/ngircd.ts';
import type { IrcServer } from '../../support/irc/server.ts';

const ROOM = 'irc:lab/#room';

/** Servers, people and bots of one test, gone after it. */
function stage({ onTestFinished }: TestContext) {
  const servers: IrcServer[] = [];
  const bots: Bot[] = [];
  const people: IrcPerson[] = [];
  onTestFinished(async () => {
    await Promise.all(bots.map((bot) => bot.adapter.stop()));
    await Promise.all(people.map((someone) => someone.quit()));
    await Promise.all(servers.map((each) => each.remove()));
  });
  const person = async (on: IrcServer, login: Login, room = '#room'): Promise<IrcPerson> => {
    const someone = await connectPerson(on, login);
    people.push(someone);
    await someone.join(room);
    return someone;
  };
  return {
    async server<S extends IrcServer>(starting: Promise<S>): Promise<S> {
      const started = await starting;
      servers.push(started);
      return started;
    },
    person,
    async operator(on: IrcServer, room?: string): Promise<IrcPerson> {
      const oper = await person(on, { nick: 'oper' }, room);
      oper.write('OPER oper secret');
      await oper.waitFor(/ 381 /);
      return oper;
    },
    async startBot(on: IrcServer, config: Partial<IrcConfig> = {}, times: Partial<IrcTimes> = {}) {
      const bot = createBot(on, config, times);
      bots.push(bot);
      await bot.start();
      return bot;
    },
  };
}

/** Sends again until it goes through: what the outbox does. */
const delivered = (bot: Bot, text: string, channel = ROOM) =>
  eventually(`"${text}" is sent`, () => bot.adapter.send(channel, { text }).catch(() => undefined));

// Side by side: these servers let people in once a second, and each test has its own.
await describeWithPackages(
  [...INSPIRCD, ...NGIRCD],
  'what real networks do',
  () => {
    it('a split and its end: nobody inherits an account, and everybody is known again', async (context) => {
      const { server, person, operator, startBot } = stage(context);
      const without = ['ircv3_accounttag'];
      const hub = await server(startInspircd({ without }));
      const leaf = await server(startInspircd({ services: false, without, leafOf: hub }));
      const oper = await operator(hub);
      const linked = () =>
        eventually('the servers are linked', async () => {
          const from = oper.lines.length;
          oper.write('LINKS');
          await oper.waitFor(/ 365 /);
          return oper.lines.slice(from).some((line) => / 364 .*leaf\.test/.test(line));
        });
      await linked();
      const alice = await person(leaf, { nick: 'alice' });
      await alice.register('alice', 'password1');
      const bot = await startBot(hub);
      alice.say('#room', '!before');
      expect((await bot.heard('before')).sender.identity).toBe('irc:lab/alice');

      oper.write('SQUIT leaf.test :maintenance');
      await oper.waitFor(/^:alice!\S+ QUIT/);
      const thief = await person(hub, { nick: 'alice' });
      thief.say('#room', '!while she is away');
      expect((await bot.heard('while she is away')).sender.identity).toBe(null);
      await bot.adapter.send(ROOM, { text: 'still here' });
      thief.write('NICK mallory');
      await thief.waitFor(/ NICK /);
      await linked();
      alice.say('#room', '!after');
      expect((await bot.heard('after')).sender.identity).toBe('irc:lab/alice');
      expect(bot.log.filter((line) => /connected to/.test(line))).toHaveLength(1);
    });

    it('two networks at once stay apart, and one going down does not touch the other', async (context) => {
      const { server, person, startBot } = stage(context);
      const one = await server(startInspircd());
      const two = await server(startNgircd());
      const [lab, home] = [await startBot(one), await startBot(two, { network: 'home' })];
      const here = await person(one, { nick: 'here' });
      await here.register('account', 'password1');
      const there = await person(two, { nick: 'there' });
      here.say('#room', '!same words');
      there.say('#room', '!same words');
      expect(await lab.heard('same words')).toMatchObject({
        adapter: 'irc:lab',
        channel: ROOM,
        sender: { identity: 'irc:lab/account', display: 'here' },
      });
      expect(await home.heard('same words')).toMatchObject({
        adapter: 'irc:home',
        channel: 'irc:home/#room',
        sender: { identity: null, display: 'there' },
      });
      await two.stop();
      await home.logged(/connecting again/);
      await lab.adapter.send(ROOM, { text: 'not touched' });
      await here.waitFor(/PRIVMSG #room :not touched/);
      await expect(lab.adapter.send('irc:home/#room', { text: 'x' })).rejects.toMatchObject({
        retryable: false,
      });
    });

    it('a full channel with a redirect: talk goes on where people are sent', async (context) => {
      const { server, operator, startBot } = stage(context);
      const irc = await server(startInspircd({ services: false }));
      const oper = await operator(irc);
      await oper.join('##overflow');
      oper.write('MODE #room +lL 1 ##overflow');
      await oper.waitFor(/MODE #room \+/);
      const bot = await startBot(irc, {}, { rejoinMax: 200 });
      await bot.adapter.send(ROOM, { text: 'anybody here' });
      await oper.waitFor(/PRIVMSG ##overflow :anybody here/);
      oper.say('##overflow', '!me');
      expect((await bot.heard('me')).channel).toBe(ROOM);
      oper.write('MODE #room -lL');
      await oper.waitFor(/^:deployday!\S+ JOIN :?#room/);
      await delivered(bot, 'at home');
      await oper.waitFor(/PRIVMSG #room :at home/);
    });

    it('a channel that takes no colours gets none, and is not asked twice', async (context) => {
      const { server, operator, startBot } = stage(context);
      const irc = await server(startInspircd({ services: false }));
      const oper = await operator(irc);
      const bot = await startBot(irc);
      const outcome = (text: string) => bot.adapter.send(ROOM, { kind: 'outcome', mood: 'good', text });
      await outcome('demo ready');
      expect(await oper.waitFor(/PRIVMSG #room :demo ready/)).toMatch('demo ready \x0303✔\x03');
      oper.write('MODE #room +c');
      await oper.waitFor(/MODE #room :?\+c/);
      await outcome('demo verified');
      await oper.waitFor(/PRIVMSG #room :demo verified ✔$/);
      await outcome('demo reset');
      await oper.waitFor(/PRIVMSG #room :demo reset ✔$/);
    });

    it('a channel that kicks who says too much: the bot comes back and is slower', async (context) => {
      const { server, operator, startBot } = stage(context);
      const irc = await server(startInspircd({ services: false, without: ['ircv3_labeledresponse'] }));
      const oper = await operator(irc);
      oper.write('MODE #room +f 6:2');
      await oper.waitFor(/MODE #room \+f/);
      const bot = await startBot(irc, { linesPerSecond: 20 });
      const text = Array.from({ length: 12 }, (_, at) => `line ${at}`).join('\n');
      await bot.adapter.send(ROOM, { text });
      await oper.waitFor(/PRIVMSG #room :line 11$/);
      await bot.logged(/kicked for flooding; speaking at \d+ %/);
    });

    it('a nick that another holds: services give it back to whom it belongs', async (context) => {
      const { server, person, startBot } = stage(context);
      const irc = await server(startInspircd({ nicksAreOwned: true }));
      const founder = await connectPerson(irc, { nick: 'deployday' });
      founder.say('NickServ', 'REGISTER password1 bot@example.org');
      await founder.waitFor(/ 900 /);
      await founder.quit();
      const holder = await person(irc, { nick: 'deployday' });
      await startBot(irc, { sasl: { account: 'deployday', password: 'password1' } });
      const watcher = await person(irc, { nick: 'watcher' });
      watcher.write('WHOIS deployday');
      await expect(holder.waitFor(/never/)).rejects.toThrow('the connection was closed');
      await eventually('the nick is back', async () => {
        watcher.write('WHOIS deployday');
        return / deployday :is logged in as/.test(await watcher.waitFor(/ 330 | 318 /));
      });
    });

    it('a nick that is held back for a while: another one until then', async (context) => {
      const { server, operator, startBot } = stage(context);
      const irc = await server(startInspircd({ services: false }));
      const oper = await operator(irc);
      oper.write('SVSHOLD deployday 5s :reserved');
      await oper.settled();
      const bot = await startBot(irc);
      await bot.logged(/ as deployday/);
      await oper.waitFor(/^:\S+ NICK :?deployday$|^:deployday!\S+ JOIN/, 20_000);
    });
  },
  { concurrent: true },
);
