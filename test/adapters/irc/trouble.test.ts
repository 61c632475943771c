import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IrcConfig, IrcTimes } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';

const ROOM = 'irc:lab/#room';

describe('a server that makes trouble', () => {
  let server: ModernServer;
  const bots: Bot[] = [];
  const people: IrcPerson[] = [];
  const newBot = (config: Partial<IrcConfig> = {}, times: Partial<IrcTimes> = {}) => {
    const bot = createBot(server, config, times);
    bots.push(bot);
    return bot;
  };
  const startBot = async (config: Partial<IrcConfig> = {}, times: Partial<IrcTimes> = {}) => {
    const bot = newBot(config, times);
    await bot.start();
    return bot;
  };
  const person = async (nick: string, room?: string): Promise<IrcPerson> => {
    const someone = await connectPerson(server, { nick });
    people.push(someone);
    if (room) await someone.join(room);
    return someone;
  };
  const texts = (): string[] => server.world.said.flatMap(({ lines }) => lines.map(({ text }) => text));
  const count = (bot: Bot, pattern: RegExp): number => bot.log.filter((line) => pattern.test(line)).length;
  /** Sends again until it goes through: what the outbox does. */
  const delivered = (bot: Bot, text: string, channel = ROOM) =>
    eventually(`"${text}" is sent`, () => bot.adapter.send(channel, { text }).catch(() => undefined));

  beforeEach(async () => {
    server = await startModern();
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.adapter.stop()));
    await Promise.all(people.splice(0).map((someone) => someone.quit()));
    await server.remove();
    expect(server.world.faults).toEqual([]);
  });

  describe('about its nick', () => {
    it.each(['433', '436', '437', '432'])(
      'takes another one after %s, and its own when that passes',
      async (numeric) => {
        server.world.refusedNicks.set('deployday', { numeric, text: 'not now' });
        const bot = await startBot();
        expect(await bot.logged(/connected to .* as deployday_$/)).toBeTruthy();
        server.world.refusedNicks.clear();
        await eventually('it is deployday', () => server.world.find('deployday'));
        const alice = await person('alice', '#room');
        alice.say('#room', 'deployday: by its own name');
        await bot.heard('by its own name');
      },
    );

    it('hears through MONITOR at once that its nick is free', async () => {
      const holder = await person('deployday');
      await startBot({}, { regain: 100_000 });
      await holder.quit();
      await eventually('it is deployday', () => server.world.find('deployday'));
    });

    it('asks services for the nick of its account, in the words of each kind of them', async () => {
      server.world.sasl.accounts.set('deployday', 'secret');
      await person('deployday');
      await startBot({ sasl: { account: 'deployday', password: 'secret' } });
      const asked = () =>
        server.client('deployday_').received.filter((line) => line.startsWith('PRIVMSG NickServ'));
      await eventually('all words are tried', () => asked().length === 4);
      expect(asked().map((line) => line.split(':')[1])).toEqual(
        ['REGAIN', 'RECOVER', 'RELEASE', 'GHOST'].map((verb) => `${verb} deployday`),
      );
    });

    it('knows itself when the server renames it, and does not take the next deployday for itself', async () => {
      const bot = await startBot({}, { regain: 100_000 });
      server.world.rename(server.client('deployday'), '042AAAAAB');
      const imposter = await person('deployday', '#room');
      imposter.say('#room', '!from another');
      await bot.heard('from another');
      await bot.adapter.send(ROOM, { text: 'still answered' });
      expect(server.world.said.at(-1)?.source).toMatch(/^042AAAAAB!/);
      imposter.say('042AAAAAB', 'in private');
      expect((await bot.heard('in private')).channel).toBe('irc:lab/@deployday');
    });

    it('survives the kill of a nick collision', async () => {
      const bot = await startBot();
      server.cut('deployday', 'Closing Link: client.test (Killed (hub.test (Nick collision)))');
      await delivered(bot, 'back');
    });

    it('gives a start up that no nick suits, naming the key', async () => {
      for (const nick of ['deployday', 'deployday_', 'deployday__']) {
        server.world.refusedNicks.set(nick, { numeric: '432', text: 'Erroneous nickname' });
      }
      const find = server.world.refusedNicks;
      find.get = () => ({ numeric: '432', text: 'Erroneous nickname' });
      await expect(newBot().start()).rejects.toThrow(/^irc\[lab\]\.nick: "deployday" is refused/);
    });
  });

  describe('about channels', () => {
    it('speaks and listens where a channel forwards to, until the channel lets it in', async () => {
      server.world.forwards.set('#room', '##overflow');
      const alice = await person('alice', '##overflow');
      const bot = await startBot({}, { rejoinMax: 300 });
      await bot.logged(/#room forwards to ##overflow/);
      alice.say('##overflow', '!where are we');
      expect((await bot.heard('where are we')).channel).toBe(ROOM);
      await bot.adapter.send(ROOM, { text: 'here' });
      await alice.waitFor(/PRIVMSG ##overflow :here/);
      server.world.forwards.clear();
      await alice.waitFor(/^:deployday!\S+ PART :##overflow/);
      alice.write('JOIN #room');
      await delivered(bot, 'there');
      expect(server.world.said.at(-1)?.target).toBe('#room');
      expect(count(bot, /forwards to/)).toBe(1);
    });

    it('keeps two channels apart of which one forwards to the other', async () => {
      server.world.forwards.set('#room', '#other');
      const alice = await person('alice', '#other');
      const bot = await startBot({ channels: ['#other', '#room'] });
      await bot.adapter.send(ROOM, { text: 'of the room' });
      await alice.waitFor(/PRIVMSG #other :of the room/);
      alice.say('#other', '!who is asked');
      expect((await bot.heard('who is asked')).channel).toBe('irc:lab/#other');
    });

    it.each([
      ['471', 'Cannot join channel (+l)'],
      ['473', 'Cannot join channel (+i)'],
      ['474', 'Cannot join channel (+b)'],
      ['475', 'Cannot join channel (+k)'],
      ['477', 'Cannot join channel (+r)'],
      ['437', 'Channel is temporarily unavailable'],
      ['405', 'You have joined too many channels'],
      ['403', 'No such channel'],
      ['476', 'Bad Channel Mask'],
    ])('asks ever more rarely after %s, and reports it once', async (numeric, text) => {
      server.world.refusedJoins.set('#room', { numeric, text });
      const bot = await startBot({}, { rejoinRefused: 20, rejoinMax: 100_000 });
      const joins = (): number[] => {
        const { received, receivedAt } = server.client('deployday');
        return receivedAt.filter((_, line) => received[line]?.startsWith('JOIN'));
      };
      await eventually('it asked several times', () => joins().length >= 4);
      const pauses = joins().flatMap((at, time, all) => (time > 0 ? [at - (all[time - 1] ?? 0)] : []));
      for (const [time, pause] of pauses.entries()) expect(pause).toBeGreaterThan(20 * 2 ** time * 0.9);
      await expect(bot.adapter.send(ROOM, { text: 'x' })).rejects.toMatchObject({
        ...{ retryable: true, lost: 'channel' },
        message: expect.stringContaining(text),
      });
      expect(count(bot, /cannot join #room/)).toBe(1);
      const alice = await person('alice');
      server.world.refusedJoins.clear();
      alice.write('INVITE deployday #room'); // sooner than its patience
      await delivered(bot, 'in');
    });

    it('stays out after many kicks in a row, says so once, and comes back when it is invited', async () => {
      const op = await person('op', '#room');
      const bot = await startBot();
      for (let time = 0; time < 6; time++) {
        op.write('KICK #room deployday :go away');
        await op.waitFor(/ KICK /);
        if (time < 5) await op.waitFor(/^:deployday!\S+ JOIN/);
      }
      await bot.logged(/staying out of #room: .*\/invite deployday #room/);
      await expect(bot.adapter.send(ROOM, { text: 'x' })).rejects.toMatchObject({
        retryable: false,
        lost: 'channel',
        message: expect.stringContaining('/invite deployday #room'),
      });
      expect(count(bot, /staying out/)).toBe(1);
      op.write('INVITE deployday #room');
      await op.waitFor(/^:deployday!\S+ JOIN/);
      await delivered(bot, 'thank you');
    });
  });

  describe('about being there at all', () => {
    it.each([
      ['Closing Link: 127.0.0.1 (K-Lined: spam)', 'banned', 300],
      ['Closing link: (deployday@127.0.0.1) [Z:lined (go)]', 'banned', 300],
      ['Closing Link: (Throttled: Reconnecting too fast)', 'throttled', 60],
      ['Closing Link: (Too many connections from your host (global))', 'throttled', 60],
      ['Closing Link: (Ping timeout: 120 seconds)', 'dropped', 1],
      ['Closing Link: (Killed (op (get out)))', 'dropped', 1],
    ])('has the patience that it is told to have: %s', async (lastWords, kind, seconds) => {
      const bot = newBot({}, { backoff: 1_000, backoffMax: 60_000 });
      await bot.start();
      server.cut('deployday', lastWords);
      const line = await bot.logged(/connecting again in/);
      expect(line).toContain(`irc:lab: ${kind}: ${lastWords}`);
      const pause = Number(/again in (\d+) s/.exec(line)?.[1]);
      expect(pause).toBeGreaterThanOrEqual(seconds);
      expect(pause).toBeLessThanOrEqual(seconds * 1.1 + 1);
    });

    it('asks a server that banned it ever more rarely', async () => {
      server.world.banned = 'no bots';
      const bot = newBot({}, { banned: 40, patience: 100_000 });
      await bot.start();
      await bot.logged(/banned: You are banned from this server: no bots; connecting again/, 4);
      const attempts = server.world.connections;
      const times = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
      for (const [index, pause] of times.entries())
        expect(pause).toBeGreaterThanOrEqual(40 * 2 ** index * 0.9);
      server.world.banned = undefined;
      await delivered(bot, 'let in');
    });
  });

  describe('about how much it says', () => {
    it('speaks more slowly after it was cut off for flooding, and finishes what it said', async () => {
      server.world.caps.delete('draft/multiline');
      const bot = await startBot({ linesPerSecond: 200 });
      // However slow this machine is, so many lines are too many; logging in takes about ten.
      server.world.flood = { burst: 25, perSecond: 0 };
      const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
      const message = {
        text: lines[0] ?? '',
        blocks: lines.slice(1).map((text) => ({ type: 'text', text }) as const),
      };
      await bot.adapter.send(ROOM, message);
      expect(texts().filter((text) => text.startsWith('line'))).toEqual(lines);
      const shares = bot.log.flatMap((line) => /speaking at (\d+) %/.exec(line)?.[1] ?? []).map(Number);
      expect(shares.length).toBeGreaterThan(0);
      server.world.flood = { burst: 20, perSecond: 60 };
      // It learns what the server bears: before long, all of it goes through without a cut.
      let cuts: number;
      let attempts = 0;
      do {
        cuts = count(bot, /Excess Flood/);
        await bot.adapter.send(ROOM, message);
      } while (count(bot, /Excess Flood/) > cuts && ++attempts < 6);
      expect(count(bot, /Excess Flood/)).toBe(cuts);
    });

    it.each([
      ['439', 'Target change too fast. Please wait 1 seconds'],
      ['707', 'Targets changing too fast, message dropped'],
      ['263', 'This command could not be completed because it has been used recently, and is rate-limited'],
    ])('waits and says it again after %s', async (numeric, text) => {
      for (const label of [true, false]) {
        if (!label) server.world.caps.delete('labeled-response');
        const bot = await startBot({ nick: label ? 'labels' : 'echoes' }, { slowDown: 100 });
        server.world.minds = { numeric, text, times: 3 };
        const from = texts().length;
        await bot.adapter.send(ROOM, { text: 'one' });
        await bot.adapter.send(ROOM, { text: 'two' });
        expect(texts().slice(from)).toEqual(['one', 'two']);
        expect(count(bot, /asks us to slow down; speaking at \d+ %/)).toBeGreaterThan(0);
      }
    });

    it('lets urgent words pass the progress of others, and nobody waits for ever', async () => {
      server.world.caps.delete('draft/multiline');
      const rooms = ['#a', '#b', '#c'];
      const bot = await startBot({ channels: rooms, linesPerSecond: 60 });
      const long = (name: string) => Array.from({ length: 12 }, (_, at) => `${name} ${at}`).join('\n');
      await Promise.all([
        bot.adapter.send('irc:lab/#a', { kind: 'board', text: long('board') }),
        bot.adapter.send('irc:lab/#b', { kind: 'answer', text: long('answer') }),
        bot.adapter.send('irc:lab/#c', { kind: 'outcome', text: long('outcome') }),
      ]);
      const order = texts().map((text) => text.split(' ')[0]);
      const last = (name: string): number => order.lastIndexOf(name);
      expect(last('answer')).toBeLessThan(last('outcome'));
      expect(last('outcome')).toBeLessThanOrEqual(last('board'));
      expect(order.indexOf('board')).toBeLessThan(last('answer'));
    });
  });
});
