import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';

await describeWithPackages(INSPIRCD, 'what is said to the bot on IRC', () => {
  let server: IrcServer;
  let bot: Bot & { start(): Promise<void> };
  let alice: IrcPerson;

  beforeAll(async () => {
    server = await startInspircd();
    bot = createBot(server, { channels: ['#Room[1]'] });
    alice = await connectPerson(server, { nick: 'Alice' });
    await alice.register('AliceB', 'correcthorse');
    await alice.join('#room[1]');
    await bot.start();
  });
  afterAll(async () => {
    await bot?.adapter.stop();
    await alice?.quit();
    await server?.remove();
  });

  it('takes every way of addressing it, and off the text', async () => {
    alice.say('#room[1]', '!status one');
    alice.say('#ROOM{1}', 'deployday: status two');
    alice.say('#room[1]', 'DeployDay, status three');
    alice.say('#room[1]', '\x02\x0304,01!status\x0f four');
    alice.say('deployday', 'status five');
    alice.say('deployday', '!status six');
    alice.say('deployday', 'deployday: status seven');
    await bot.heard('status seven');
    expect(bot.received.map(({ text }) => text)).toEqual(
      ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((word) => `status ${word}`),
    );
    expect(bot.received[0]).toMatchObject({
      adapter: 'irc:lab',
      channel: 'irc:lab/#room{1}', // compared as the server does: [] are the upper case of {}
      sender: { identity: 'irc:lab/aliceb', display: 'Alice' },
    });
    expect(bot.received[4]?.channel).toBe('irc:lab/@alice');
    expect(new Set(bot.received.map(({ id }) => id)).size).toBe(7);
  });

  it('passes over everything else', async () => {
    const before = bot.received.length;
    alice.write('NOTICE deployday :!status notice');
    alice.write('NOTICE #room[1] :!status notice');
    alice.say('#room[1]', 'talk about !status');
    alice.say('#room[1]', '!!! what');
    alice.say('#room[1]', 'deploydays: status');
    alice.say('#room[1]', '\x01ACTION !status\x01');
    alice.say('deployday', '\x01VERSION\x01');
    alice.say('@#room[1]', '!status for operators');
    await bot.adapter.send('irc:lab/#room{1}', { text: '!status my own' });
    await bot.adapter.send('irc:lab/@deployday', { text: 'status my own' });
    alice.say('#room[1]', '!last');
    await bot.heard('last');
    expect(bot.received.slice(before).map(({ text }) => text)).toEqual(['last']);
    expect(alice.lines.filter((line) => /NOTICE.*VERSION/.test(line))).toEqual([]);
  });

  it('believes only services accounts, whatever the nick', async () => {
    const mallory = await connectPerson(server, { nick: 'AliceB', caps: ['message-tags'] });
    await mallory.join('#room[1]');
    mallory.write('@account=aliceb;+account=aliceb PRIVMSG #room[1] :!destroy one');
    const spoofed = await bot.heard('destroy one');
    expect(spoofed.sender).toEqual({ identity: null, display: 'AliceB' });
    await mallory.quit();

    const sasl = await connectPerson(server, { nick: 'other', account: 'AliceB', password: 'correcthorse' });
    sasl.say('deployday', 'destroy two');
    expect((await bot.heard('destroy two')).sender).toEqual({ identity: 'irc:lab/aliceb', display: 'other' });
    sasl.write('NICK renamed');
    sasl.say('deployday', 'destroy three');
    expect((await bot.heard('destroy three')).sender).toEqual({
      identity: 'irc:lab/aliceb',
      display: 'renamed',
    });
    sasl.say('NickServ', 'LOGOUT');
    await sasl.waitFor(/ 901 /);
    sasl.say('deployday', 'destroy four');
    expect((await bot.heard('destroy four')).sender).toEqual({ identity: null, display: 'renamed' });
    await sasl.quit();
  });
});
