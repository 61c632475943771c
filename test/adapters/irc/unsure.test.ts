import { afterEach, expect, it } from 'vitest';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';

let server: ModernServer;
let bot: Bot;
let alice: IrcPerson;

afterEach(async () => {
  await bot?.adapter.stop();
  await alice?.quit();
  await server?.remove();
});

it('who cannot be found out is told apart from who is not logged in', async () => {
  server = await startModern();
  for (const missing of ['account-tag', 'account-notify']) server.world.caps.delete(missing);
  const started = createBot(server, {}, { connectWithin: 2_000 });
  bot = started;
  await started.start();
  alice = await connectPerson(server, { nick: 'alice' });
  alice.say('deployday', 'known');
  expect((await bot.heard('known')).sender).toEqual({ identity: null, display: 'alice' });
  await alice.quit();
  server.world.sasl.accounts.set('alice', 'secret');
  alice = await connectPerson(server, { nick: 'alicia', account: 'alice', password: 'secret' });
  server.world.isSilentOnWhois = true;
  alice.say('deployday', 'unknown');
  expect((await bot.heard('unknown')).sender).toEqual({ identity: null, display: 'alicia', isUnsure: true });
  server.world.isSilentOnWhois = false;
  alice.say('deployday', 'again');
  expect((await bot.heard('again')).sender).toEqual({ identity: 'irc:lab/alice', display: 'alicia' });
});
