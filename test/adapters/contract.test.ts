import { PassThrough } from 'node:stream';
import { createConsoleAdapter } from '../../adapters/console/adapter.ts';
import { type AdapterUnderTest, adapterContract } from '../contracts/adapter.ts';
import { createBot } from '../support/irc/bot.ts';
import { connectPerson } from '../support/irc/client.ts';
import { eventually } from '../support/irc/daemon.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../support/irc/needs.ts';
import { startNgircd } from '../support/irc/ngircd.ts';
import type { IrcServer } from '../support/irc/server.ts';
import { fakeTerminal } from './console/terminal.ts';

adapterContract('a console on pipes', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (data) => {
    text += data;
  });
  const seen = (): string[] => text.split('\n');
  return {
    adapter: createConsoleAdapter({ input, output }),
    channel: 'console:local',
    say: (line) => void input.write(`${line}\n`),
    sees: async (part) => void (await eventually(part, () => text.includes(part) || undefined)),
    seen,
    end: async () => void input.end(),
  };
});

adapterContract('a console on a terminal', async () => {
  const terminal = fakeTerminal(80, 40);
  return {
    adapter: createConsoleAdapter(terminal),
    channel: 'console:local',
    say: (line) => terminal.type(`${line}\r`),
    sees: async (part) =>
      void (await eventually(part, () => terminal.rows().join('\n').includes(part) || undefined)),
    seen: terminal.rows,
    end: async () => {},
  };
});

async function onIrc(start: () => Promise<IrcServer>): Promise<AdapterUnderTest> {
  const server = await start();
  const person = await connectPerson(server, { nick: 'alice' });
  await person.join('#room');
  const { adapter } = createBot(server, { linesPerSecond: 1_000 });
  return {
    adapter,
    channel: 'irc:lab/#room',
    say: (text) => person.say('#room', `!${text}`),
    sees: async (part) =>
      void (await eventually(part, () => person.lines.find((line) => line.includes(part)))),
    seen: () => person.lines.filter((line) => line.includes('PRIVMSG #room')),
    async end() {
      await person.quit();
      await server.remove();
    },
  };
}

await describeWithPackages(INSPIRCD, 'InspIRCd', () =>
  adapterContract('IRC (InspIRCd)', () => onIrc(() => startInspircd({ services: false }))),
);
await describeWithPackages(NGIRCD, 'ngIRCd', () => adapterContract('IRC (ngIRCd)', () => onIrc(startNgircd)));
