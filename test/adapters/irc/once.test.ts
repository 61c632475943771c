import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IrcConfig } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { kick } from '../../support/irc/modern/rooms.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';
import { startProxy, type TcpProxy } from '../../support/proxy.ts';

const ROOM = 'irc:lab/#room';

describe('a line whose fate was uncertain, on a server that keeps history', () => {
  let server: ModernServer;
  const bots: Bot[] = [];
  const startBot = async (config: Partial<IrcConfig> = {}) => {
    const bot = createBot(server, config);
    bots.push(bot);
    await bot.start();
    return bot;
  };
  const texts = (): string[] => server.world.said.flatMap(({ lines }) => lines.map(({ text }) => text));
  const send = (bot: Bot, text: string, key?: string) =>
    eventually(`"${text}" is sent`, () =>
      bot.adapter.send(ROOM, { text }, key === undefined ? {} : { key }).catch(() => undefined),
    );

  beforeEach(async () => {
    server = await startModern();
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.adapter.stop()));
    await server.remove();
    expect(server.world.faults).toEqual([]);
  });

  it.each([
    ['in one piece', true],
    ['line by line', false],
  ])('is not said again after a connection that broke before its answer (%s)', async (_, multiline) => {
    if (!multiline) server.world.caps.delete('draft/multiline');
    const bot = await startBot();
    await bot.adapter.send(ROOM, { text: 'same words' });
    server.world.cutAfterNext = true;
    await bot.adapter.send(ROOM, { text: 'one\ntwo\nthree' });
    // The same words as an earlier message's: a message of its own.
    server.world.cutAfterNext = true;
    await send(bot, 'same words');
    expect(texts()).toEqual(['same words', 'one', 'two', 'three', 'same words']);
  });

  it('is given back where it is the progress of a run, so that something newer can be told in its place', async () => {
    server.world.caps.delete('draft/chathistory');
    const bot = await startBot();
    server.world.cutAfterNext = true;
    await expect(bot.adapter.send(ROOM, { kind: 'board', text: '1 of 9' })).rejects.toMatchObject({
      retryable: true,
    });
    await send(bot, 'demo ready');
    expect(texts()).toEqual(['1 of 9', 'demo ready']);
  });

  it('is said again where nothing shows that it arrived', async () => {
    server.world.caps.delete('draft/chathistory');
    const bot = await startBot();
    server.world.cutAfterNext = true;
    await bot.adapter.send(ROOM, { text: 'better twice than never' });
    expect(texts()).toEqual(['better twice than never', 'better twice than never']);
  });

  it('is not said again by the next process, which knows it by its key', async () => {
    server.world.sasl.accounts.set('dd', 'secret');
    const sasl = { account: 'dd', password: 'secret' };
    const first = await startBot({ sasl });
    await first.adapter.send(ROOM, { text: 'demo ready\nwith two lines' }, { key: 'o-17' });
    await first.adapter.stop(); // before anybody noted that it was sent
    const second = await startBot({ sasl });
    await send(second, 'demo ready\nwith two lines', 'o-17');
    await send(second, 'demo ready\nwith two lines', 'o-18');
    expect(texts()).toHaveLength(4);
  });

  it('is gone on with by the next process; only its first line shows what it answers', async () => {
    server.world.caps.delete('draft/multiline');
    const how = { key: 'o-17', replyTo: 'm-1' };
    const first = await startBot();
    await first.adapter.send(ROOM, { text: 'one\ntwo\nthree' }, how);
    await first.adapter.stop();
    server.world.said.splice(2); // as if it had been killed before the third line
    const second = await startBot();
    await eventually('it is sent', () =>
      second.adapter.send(ROOM, { text: 'one\ntwo\nthree' }, how).catch(() => undefined),
    );
    expect(texts()).toEqual(['one', 'two', 'three']);
    expect(server.world.said.map(({ tags }) => tags['+draft/reply'])).toEqual(['m-1', undefined, undefined]);
  });

  it('is said although an old message had the same words and key: numbers may have begun anew', async () => {
    const first = await startBot();
    await first.adapter.send(ROOM, { text: 'hello' }, { key: 'o-1' });
    await first.adapter.stop();
    const [old] = server.world.said.splice(0);
    if (old) server.world.said.push({ ...old, time: new Date(Date.now() - 20 * 60_000).toISOString() });
    await send(await startBot(), 'hello', 'o-1');
    expect(texts()).toEqual(['hello', 'hello']);
  });

  it('arrives once and in order, whatever breaks', { timeout: 120_000 }, async () => {
    const rooms = ['#a', '#b', '#c'];
    const bot = await startBot({ channels: rooms, linesPerSecond: 1_000 });
    const texts = Array.from(
      { length: 40 },
      (_, at) => `message ${at}${at % 3 === 0 ? `\nsecond line of ${at}` : ''}`,
    );
    /** What the outbox does: one after the other in each channel, each until it is through. */
    const work = rooms.map(async (room) => {
      for (const [at, text] of texts.entries()) {
        const key = `${room.slice(1)}-${at}`;
        await eventually(`${key} is sent`, () =>
          bot.adapter.send(`irc:lab/${room}`, { text }, { key }).catch(() => undefined),
        );
      }
    });
    const troubles = [
      () => {
        server.world.cutAfterNext = true;
      },
      () => server.world.find('deployday') && server.cut('deployday', 'Closing Link: (Connection reset)'),
      () => kick(server.world, 'op!op@client.test', '#b', 'deployday', 'out'),
      async () => {
        await server.stop();
        await server.start();
      },
      () => {
        server.world.minds = { numeric: '439', text: 'Please wait 0 seconds', times: 2 };
      },
    ];
    let over = false;
    const done = Promise.all(work).then(() => {
      over = true;
    });
    for (let time = 0; !over && time < 60; time++) {
      const before = server.world.said.length;
      await eventually('something more is said', () => over || server.world.said.length > before + 3);
      await troubles[time % troubles.length]?.();
    }
    await done;
    for (const room of rooms) {
      const arrived = server.world.said.filter(({ target }) => target === room);
      expect(arrived.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(
        texts.join('\n').split('\n'),
      );
    }
  });

  it('does not believe somebody else who uses its key', async () => {
    const mallory = await connectPerson(server, { nick: 'mallory', caps: ['message-tags'] });
    await mallory.join('#room');
    mallory.write('@+deployday/post=o-19 PRIVMSG #room :demo failed');
    await mallory.settled();
    const bot = await startBot();
    await send(bot, 'demo failed', 'o-19');
    expect(texts()).toEqual(['demo failed', 'demo failed']);
    await mallory.quit();
  });
});

await describeWithPackages(
  INSPIRCD,
  'a line whose fate was uncertain, on InspIRCd with a channel that keeps history',
  () => {
    let server: IrcServer;
    let proxy: TcpProxy;
    let op: IrcPerson;
    beforeEach(async () => {
      server = await startInspircd({ services: false });
      proxy = await startProxy(server);
      op = await connectPerson(server, { nick: 'op' });
      await op.join('#room');
    });
    afterEach(async () => {
      await op.quit();
      await proxy.stop();
      await server.remove();
    });

    it.each([
      ['once', '+H 50:1h', 1],
      ['twice, where there is no history', '+s', 2],
    ])('is said %s', async (_, mode, times) => {
      op.write(`MODE #room ${mode}`);
      await op.waitFor(/ MODE #room /);
      const bot = createBot({ host: '127.0.0.1', port: proxy.port });
      await bot.start();
      await bot.adapter.send(ROOM, { text: 'all is quiet' });
      proxy.cutAfter(1); // the echo does not come through
      await bot.adapter.send(ROOM, { text: 'did it arrive' });
      await op.settled();
      expect(op.lines.filter((line) => line.includes('PRIVMSG #room :did it arrive'))).toHaveLength(times);
      await bot.adapter.stop();
    });

    it('is known again by the next process after one that was killed, by the key that the history keeps', async () => {
      op.write('MODE #room +H 50:1h');
      await op.waitFor(/ MODE #room /);
      const first = createBot({ host: '127.0.0.1', port: proxy.port });
      await first.start();
      await first.adapter.send(ROOM, { text: 'demo ready\nwith two lines' }, { key: 'd41d8cd98f00b204' });
      proxy.cut(); // before anybody noted that it was sent
      await first.adapter.stop();
      const second = createBot({ host: '127.0.0.1', port: proxy.port });
      await second.start();
      await second.adapter.send(ROOM, { text: 'demo ready\nwith two lines' }, { key: 'd41d8cd98f00b204' });
      await second.adapter.send(ROOM, { text: 'and more' }, { key: 'e41d8cd98f00b204' });
      await op.waitFor(/ PRIVMSG #room :and more/);
      expect(op.lines.filter((line) => line.includes('PRIVMSG #room :'))).toHaveLength(3);
      await second.adapter.stop();
    });
  },
);
