import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { describeWithPackages, NGIRCD } from '../../support/irc/needs.ts';
import { startNgircd } from '../../support/irc/ngircd.ts';
import type { IrcServer } from '../../support/irc/server.ts';

await describeWithPackages(NGIRCD, 'a server without services', () => {
  let server: IrcServer;
  let alice: IrcPerson;
  beforeAll(async () => {
    server = await startNgircd();
    alice = await connectPerson(server, { nick: 'Alice' });
    await alice.join('#room');
  });
  afterAll(async () => {
    await alice?.quit();
    await server?.remove();
  });

  it('vouches for nobody, but people can talk to the bot', async () => {
    const bot = createBot(server);
    await bot.start();
    alice.say('#room', '!whoami');
    expect((await bot.heard('whoami')).sender).toEqual({ identity: null, display: 'Alice' });
    await bot.adapter.send('irc:lab/@alice', { text: 'nobody I know' });
    await alice.waitFor(/PRIVMSG Alice :nobody I know|PRIVMSG alice :nobody I know/);
    await bot.adapter.stop();
  });

  it('believes nicks only where it was told to, with a warning', async () => {
    const bot = createBot(server, { identify: 'nick' });
    await bot.start();
    expect(bot.log[0]).toMatch(/identify: nick .* closed networks only/);
    alice.say('#room', '!whoami');
    expect((await bot.heard('whoami')).sender).toEqual({ identity: 'irc:lab/alice', display: 'Alice' });
    await bot.adapter.stop();
  });

  it('is found again after a restart', async () => {
    const bot = createBot(server);
    await bot.start();
    await server.stop();
    await server.start();
    await bot.logged(/joined #room/, 2);
    alice = await connectPerson(server, { nick: 'alice' });
    await alice.join('#room');
    alice.say('#room', 'deployday: hello');
    await bot.heard('hello');
    await bot.adapter.stop();
  });
});
