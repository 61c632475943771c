import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IrcConfig } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { type Certificate, makeCertificate } from '../../support/irc/certificates.ts';
import { connectPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';

describe('a login that the server does not take', () => {
  let server: ModernServer;
  const bots: Bot[] = [];
  const newBot = (config: Partial<IrcConfig>) => {
    const bot = createBot(server, config);
    bots.push(bot);
    return bot;
  };
  const sasl = { account: 'deployday', password: 'secret' };

  beforeAll(async () => {
    server = await startModern();
    server.world.sasl.accounts.set('deployday', 'secret');
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.adapter.stop()));
    // Never, not for a moment, was it there without its account.
    for (const { nick, account } of server.world.welcomed.splice(0))
      expect([nick, account]).toEqual([nick, 'deployday']);
    server.world.sasl.answer = undefined;
    server.world.sasl.mechanisms = ['PLAIN', 'EXTERNAL'];
    server.world.caps.set('sasl', 'PLAIN,EXTERNAL');
    expect(server.world.faults.splice(0)).toEqual([]);
  });
  afterAll(() => server.remove());

  it.each([
    ['902', 'You must use a nick assigned to you'],
    ['904', 'SASL authentication failed'],
    ['905', 'SASL message too long'],
  ])('stops the start after %s, naming the key', async (numeric, text) => {
    server.world.sasl.answer = { numeric, text };
    const start = newBot({ sasl }).start();
    await expect(start).rejects.toThrow(`irc[lab].sasl: login as deployday failed: ${text}`);
  });

  it('tells what the server would take', async () => {
    server.world.caps.set('sasl', '');
    server.world.sasl.mechanisms = ['SCRAM-SHA-256', 'ECDSA-NIST256P-CHALLENGE'];
    await expect(newBot({ sasl }).start()).rejects.toThrow(
      'SASL authentication failed (it offers SCRAM-SHA-256,ECDSA-NIST256P-CHALLENGE)',
    );
    server.world.caps.set('sasl', 'SCRAM-SHA-256');
    await expect(newBot({ sasl }).start()).rejects.toThrow('the server takes SCRAM-SHA-256, not PLAIN');
  });

  it.each([
    [
      'breaks it off (906)',
      () => (server.world.sasl.answer = { numeric: '906', text: 'SASL authentication aborted' }),
    ],
    ['has no services at the moment', () => server.world.caps.delete('sasl')],
  ])('is tried again where the server %s', async (_, break_) => {
    break_();
    const bot = newBot({ sasl });
    await bot.start();
    await bot.logged(/connecting again/, 2);
    await expect(bot.adapter.send('irc:lab/#room', { text: 'x' })).rejects.toMatchObject({ retryable: true });
    server.world.sasl.answer = undefined;
    server.world.caps.set('sasl', 'PLAIN,EXTERNAL');
    await bot.logged(/joined #room/);
  });
});

await describeWithPackages(INSPIRCD, 'logging in by certificate', () => {
  let folder: string;
  let server: IrcServer;
  let ca: string;
  let own: Certificate;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'irc-certificates-'));
    const theirs = await makeCertificate(folder, 'server');
    own = await makeCertificate(folder, 'bot');
    ca = theirs.pem.cert;
    server = await startInspircd({ tls: theirs });
    const owner = await connectPerson(server, { nick: 'owner', tls: { ca, ...own.pem } });
    await owner.register('deployday', 'password1');
    owner.say('NickServ', 'CERT ADD');
    await owner.waitFor(/NOTICE .*(?:[Aa]dded|[Ff]ingerprint)/);
    await owner.quit();
  });
  afterAll(async () => {
    await server?.remove();
    await rm(folder, { recursive: true, force: true });
  });
  const external = { tls: true, sasl: 'external' as const };

  it('works with texts and with files', async () => {
    for (const { tlsCert, tlsKey } of [
      { tlsCert: own.certificate, tlsKey: own.key },
      { tlsCert: own.pem.cert, tlsKey: own.pem.key },
    ]) {
      const bot = createBot(server, { ...external, tlsCa: ca, tlsCert, tlsKey });
      await bot.start();
      const watcher = await connectPerson(server, { nick: 'watcher', tls: { ca } });
      watcher.write('WHOIS deployday');
      expect(await watcher.waitFor(/ 330 /)).toMatch(/ deployday :is logged in as/);
      await watcher.quit();
      await bot.adapter.stop();
    }
  });

  it('says what to do when the account does not know the certificate', async () => {
    const other = await makeCertificate(folder, 'other');
    const bot = createBot(server, { ...external, tlsCa: ca, tlsCert: other.certificate, tlsKey: other.key });
    await expect(bot.start()).rejects.toThrow(/^irc\[lab\]\.sasl: login by certificate failed: .*CERT ADD/);
    await bot.adapter.stop();
  });

  it('names the key when certificate and private key do not belong together, or are not there', async () => {
    const other = await makeCertificate(folder, 'third');
    const refused = (config: Partial<IrcConfig>) =>
      expect(createBot(server, { ...external, tlsCa: ca, ...config }).start()).rejects;
    await refused({ tlsCert: own.certificate, tlsKey: other.key }).toThrow(
      /^irc\[lab\]\.tlsCert: .*together/,
    );
    await refused({ tlsCert: '/nowhere/bot.pem', tlsKey: own.key }).toThrow(
      /^irc\[lab\]\.tlsCert: cannot read/,
    );
    await refused({}).toThrow(/^irc\[lab\]\.sasl: .*certificate/);
  });
});
