import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { IrcConfig, IrcTimes } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { makeCertificate } from '../../support/irc/certificates.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { eventually, freePort } from '../../support/irc/daemon.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import type { InspircdOptions } from '../../support/irc/inspircd-conf.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';

const ROOM = 'irc:lab/#room';

/** People and bots of one test, gone after it. */
function stage({ onTestFinished }: TestContext) {
  const people: IrcPerson[] = [];
  const bots: Bot[] = [];
  onTestFinished(async () => {
    await Promise.all(bots.map((bot) => bot.adapter.stop()));
    await Promise.all(people.map((person) => person.quit()));
  });
  return {
    async person(server: IrcServer, nick: string): Promise<IrcPerson> {
      const someone = await connectPerson(server, { nick });
      people.push(someone);
      return someone;
    },
    newBot(server: IrcServer, config?: Partial<IrcConfig>, times?: Partial<IrcTimes>) {
      const bot = createBot(server, config, times);
      bots.push(bot);
      return bot;
    },
  };
}

/** The same, and a server of its own. */
async function stageWithServer(context: TestContext, options: InspircdOptions = {}) {
  const server = await startInspircd({ services: false, ...options });
  // The first to be made is the last to go.
  context.onTestFinished(() => server.remove());
  return { server, ...stage(context) };
}

/** Sends again until it goes through: what the outbox does. */
const delivered = (bot: Bot, text: string) =>
  eventually(`"${text}" is sent`, () => bot.adapter.send(ROOM, { text }).catch(() => undefined));

await describeWithPackages(INSPIRCD, 'staying connected to IRC', () => {
  // Side by side: such a server lets people in once a second, and each test has its own.
  describe.concurrent('without services', () => {
    it('comes back after the server restarts, and finishes a message that was half out', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const bot = newBot(server, { linesPerSecond: 10 });
      await bot.start();
      let watcher = await person(server, 'watcher');
      await watcher.join('#room');
      const started = bot.adapter.send(ROOM, {
        text: Array.from({ length: 12 }, (_, at) => `part ${at}.`).join('\n'),
      });
      const waiting = bot.adapter.send(ROOM, { text: 'not begun' });
      waiting.catch(() => {});
      await watcher.waitFor(/part 4\./);
      await server.stop();
      await expect(waiting).rejects.toMatchObject({ retryable: true });
      await expect(bot.adapter.send(ROOM, { text: 'down' })).rejects.toMatchObject({ retryable: true });
      await server.start();
      watcher = await person(server, 'watcher');
      await watcher.join('#room');
      await started;
      await delivered(bot, 'back');
      watcher.say('#room', '!hello');
      await bot.heard('hello');
      await watcher.waitFor(/part 11\./);
      await watcher.waitFor(/back/);
    });

    it('starts when the server is away, and connects when it comes', async (context) => {
      const { server, newBot } = await stageWithServer(context);
      await server.stop();
      const bot = newBot(server);
      await bot.start();
      await expect(bot.adapter.send(ROOM, { text: 'x' })).rejects.toMatchObject({ retryable: true });
      await bot.logged(/connecting again/, 4);
      await server.start();
      await delivered(bot, 'here');
    });

    it('takes another nick while its own is in use, and gets it back', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const holder = await person(server, 'deployday');
      await holder.join('#room');
      const bot = newBot(server, {}, { regain: 100_000 });
      await bot.start();
      await holder.waitFor(/^:deployday_!\S+ JOIN/);
      holder.say('#room', 'deployday_: by the nick it has now');
      await bot.heard('by the nick it has now');
      const watcher = await person(server, 'watcher');
      await watcher.join('#room');
      await holder.quit();
      await watcher.waitFor(/^:deployday_!\S+ NICK :?deployday$/); // it saw the holder leave
      watcher.say('#room', 'deployday: again');
      await bot.heard('again');
    });

    it('asks for its nick now and then when it cannot see the holder', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const holder = await person(server, 'deployday');
      const bot = newBot(server);
      await bot.start();
      const watcher = await person(server, 'watcher');
      await watcher.join('#room');
      await holder.quit();
      await watcher.waitFor(/^:deployday_!\S+ NICK :?deployday$/);
    });

    it('goes back to a channel that kicked it', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const op = await person(server, 'op');
      await op.join('#room');
      const bot = newBot(server);
      await bot.start();
      for (let time = 0; time < 3; time++) {
        op.write('KICK #room deployday :out');
        await op.waitFor(/ KICK /);
        await op.waitFor(/^:deployday!\S+ JOIN/);
      }
      await delivered(bot, 'still here');
      expect(bot.log.filter((line) => /kicked by op \(out\) from #room/.test(line))).toHaveLength(3);
    });

    it('asks more and more slowly for a channel that refuses it, and says so once', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const op = await person(server, 'op');
      await op.join('#room');
      op.write('MODE #room +i');
      await op.waitFor(/MODE #room :?\+i/);
      const bot = newBot(server, { channels: ['#room', '#open'] });
      await bot.start();
      await bot.logged(/cannot join #room: .*invite/i);
      await bot.adapter.send('irc:lab/#open', { text: 'this one works' });
      await expect(bot.adapter.send(ROOM, { text: 'x' })).rejects.toMatchObject({ retryable: true });
      op.write('MODE #room -i');
      await delivered(bot, 'in');
      expect(bot.log.filter((line) => /cannot join #room/.test(line))).toHaveLength(1);
    });

    it('leaves a channel that the configuration does not name', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const bot = newBot(server);
      await bot.start();
      const oper = await person(server, 'oper');
      oper.write('OPER oper secret');
      await oper.join('#elsewhere');
      oper.write('SAJOIN deployday #elsewhere');
      await oper.waitFor(/^:deployday!\S+ JOIN :?#elsewhere/);
      await oper.waitFor(/^:deployday!\S+ PART :?#elsewhere/);
      oper.write('SAPART deployday #room');
      await bot.logged(/joined #room/, 2);
    });

    it('says why the server does not take a line, also when the server says nothing', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const bot = newBot(server);
      await bot.start();
      await expect(bot.adapter.send(ROOM, { text: 'cheap viagra' })).rejects.toThrow(/blocked: no spam/);
      await bot.adapter.send(ROOM, { text: 'this passes' });
      const oper = await person(server, 'oper');
      await oper.join('#room');
      await bot.adapter.send(ROOM, { text: 'first\ncheap viagra\nlast' });
      await oper.waitFor(/PRIVMSG #room :last$/);
      expect(oper.lines.filter((line) => / PRIVMSG #room :first$/.test(line))).toHaveLength(1);
      await bot.logged(/goes without what was refused/);
      oper.write('OPER oper secret');
      oper.write('SHUN deployday!*@* 1m :silence');
      await oper.settled();
      const sent = bot.adapter.send(ROOM, { text: 'does anyone hear me' });
      await expect(sent).rejects.toThrow(/did not pass the line on/);
      oper.write('SHUN deployday!*@*');
      await oper.settled();
    });

    it('notices a server that no longer answers', async (context) => {
      const { server, newBot } = await stageWithServer(context);
      const bot = newBot(server, {}, { silence: 300 });
      await bot.start();
      server.freeze();
      await bot.logged(/silent for \d+ ms/);
      server.thaw();
      await delivered(bot, 'awake');
    });

    it('is patient after a ban', async (context) => {
      const { server, person, newBot } = await stageWithServer(context);
      const bot = newBot(server, {}, { banned: 1_500 });
      await bot.start();
      const oper = await person(server, 'oper');
      oper.write('OPER oper secret');
      await oper.waitFor(/ 381 /);
      oper.write('KILL deployday :first');
      await bot.logged(/joined #room/, 2); // a kill is no ban
      oper.write('GLINE deployday@* 1 :second');
      const line = await bot.logged(/banned/);
      expect(line).toMatch(/connecting again in 2 s/);
      await bot.logged(/joined #room/, 3);
    });

    it('does not go on without the login it was told to use', async (context) => {
      const { server, newBot } = await stageWithServer(context);
      const bot = newBot(server, { sasl: { account: 'deployday', password: 'x' } });
      await bot.start();
      expect(await bot.logged(/connecting again/)).toMatch(/offers no SASL login now, and irc\[lab\]\.sasl/);
      await expect(bot.adapter.send(ROOM, { text: 'x' })).rejects.toMatchObject({ retryable: true });
    });

    it('names the configuration key of what only the configuration can mend', async (context) => {
      // It says that it speaks no TLS when it has waited long enough for somebody to register.
      const { server, newBot } = await stageWithServer(context, { registerWithin: 2 });
      const refused = (config: Partial<IrcConfig>) => expect(newBot(server, config).start()).rejects;
      await refused({ port: 0 }).toThrow('irc[lab].port');
      await refused({ nick: 'two words' }).toThrow('irc[lab].nick');
      await refused({ nick: 'ü' }).toThrow('irc[lab].nick');
      await refused({ channels: ['room'] }).toThrow('irc[lab].channels');
      await refused({ tls: true, tlsCa: '/nowhere/ca.pem' }).toThrow('irc[lab].tlsCa');
      await refused({ tls: true }).toThrow('irc[lab].tls');
    });
  });

  it('leaves no socket and no timer behind', async (context) => {
    const { server, newBot } = await stageWithServer(context);
    const resources = (): string[] =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout');
    const before = resources().length;
    const bot = newBot(server);
    await bot.start();
    expect(resources().length).toBeGreaterThan(before);
    await Promise.all([bot.adapter.stop(), bot.adapter.stop()]);
    expect(resources().length).toBeLessThanOrEqual(before);

    const port = await freePort();
    const lost = newBot({ ...server, port }, {}, { backoff: 60_000 });
    await lost.start();
    await lost.adapter.stop();
    expect(resources().length).toBeLessThanOrEqual(before);
  });

  describe('with services', () => {
    let server: IrcServer;
    beforeAll(async () => {
      server = await startInspircd();
      const founder = await connectPerson(server, { nick: 'founder' });
      await founder.register('botaccount', 'password1');
      await founder.quit();
    });
    afterAll(() => server?.remove());

    it('logs in before it joins', async (context) => {
      const { person, newBot } = stage(context);
      const bot = newBot(server, { sasl: { account: 'botaccount', password: 'password1' } });
      await bot.start();
      const watcher = await person(server, 'watcher');
      watcher.write('WHOIS deployday');
      expect(await watcher.waitFor(/ 330 /)).toContain('botaccount');
    });

    it('gives up when its login is refused', async (context) => {
      const { newBot } = stage(context);
      const bot = newBot(server, { sasl: { account: 'botaccount', password: 'wrong' } });
      await expect(bot.start()).rejects.toThrow(/^irc\[lab\]\.sasl: login as botaccount failed/);
      expect(bot.log.filter((line) => /connected/.test(line))).toEqual([]);
    });
  });

  it('trusts a server through a configured authority, and only then', async (context) => {
    const { newBot } = stage(context);
    const folder = await mkdtemp(join(tmpdir(), 'irc-tls-'));
    const { key, certificate, pem } = await makeCertificate(folder, 'server');
    const server = await startInspircd({ services: false, tls: { key, certificate } });
    try {
      await expect(newBot(server, { tls: true }).start()).rejects.toThrow(
        /^irc\[lab\]\.tlsCa: .*certificate/,
      );
      for (const tlsCa of [certificate, pem.cert]) {
        const bot = newBot(server, { tls: true, tlsCa });
        await bot.start();
        await bot.adapter.send(ROOM, { text: 'over TLS' });
        await bot.adapter.stop();
      }
    } finally {
      await server.remove();
      await rm(folder, { recursive: true });
    }
  });
});
