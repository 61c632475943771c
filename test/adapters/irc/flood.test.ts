import { expect, it } from 'vitest';
import { createBot } from '../../support/irc/bot.ts';
import { connectPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../../support/irc/needs.ts';
import { startNgircd } from '../../support/irc/ngircd.ts';
import type { IrcServer } from '../../support/irc/server.ts';

/** Sends many lines as fast as the adapter lets us; returns what another person saw. */
async function flood(
  server: IrcServer,
  lines: number,
  linesPerSecond: number,
): Promise<{ said: string[]; connects: number }> {
  const watcher = await connectPerson(server, { nick: 'watcher' });
  await watcher.join('#room');
  const bot = createBot(server, { linesPerSecond });
  try {
    await bot.start();
    const texts = Array.from({ length: lines }, (_, at) => `line ${at} ${'x'.repeat(300)}`);
    await Promise.all(texts.map((text) => bot.adapter.send('irc:lab/#room', { text })));
    await watcher.waitFor(new RegExp(`line ${lines - 1} `));
    const said = watcher.lines.flatMap((line) => /PRIVMSG #room :line (\d+) /.exec(line)?.[1] ?? []);
    if (said.length !== lines) throw new Error(bot.log.join('\n'));
    return { said, connects: bot.log.filter((line) => /: connected to/.test(line)).length };
  } finally {
    await bot.adapter.stop();
    await watcher.quit();
  }
}

const all = (lines: number) => ({ said: Array.from({ length: lines }, (_, at) => String(at)), connects: 1 });

// Side by side: both wait for as long as the servers want.
await describeWithPackages(
  INSPIRCD,
  'many lines to InspIRCd, which cuts off who floods',
  () => {
    it('arrive in order, and we are not cut off', { timeout: 60_000 }, async () => {
      const server = await startInspircd({ services: false, flood: 'strict' });
      try {
        const careless = await connectPerson(server, { nick: 'careless' });
        for (let line = 0; line < 60; line++) careless.say('careless', 'x'.repeat(300));
        await expect(careless.waitFor(/ERROR never/)).rejects.toThrow('the connection was closed');
        expect(await flood(server, 60, 3.5)).toEqual(all(60));
      } finally {
        await server.remove();
      }
    });
  },
  { concurrent: true },
);

await describeWithPackages(
  NGIRCD,
  'many lines to ngIRCd, which reads slowly',
  () => {
    it('arrive in order however fast we could send', { timeout: 90_000 }, async () => {
      const server = await startNgircd();
      try {
        expect(await flood(server, 25, 1_000)).toEqual(all(25));
      } finally {
        await server.remove();
      }
    });
  },
  { concurrent: true },
);
