import { type AdapterUnderTest, adapterContract } from '../../contracts/adapter.ts';
import { createBot } from '../../support/irc/bot.ts';
import { connectPerson } from '../../support/irc/client.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { startModern } from '../../support/irc/modern/server.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../../support/irc/needs.ts';
import { startNgircd } from '../../support/irc/ngircd.ts';
import type { IrcServer } from '../../support/irc/server.ts';

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

adapterContract('IRC (every IRCv3 capability)', () => onIrc(startModern));

// Such a server lets people in once a second: most of the time each test waits, and each has a server of its own.
const SIDE_BY_SIDE = { concurrent: true } as const;

await describeWithPackages(
  INSPIRCD,
  'InspIRCd',
  () => {
    adapterContract('IRC (InspIRCd)', () => onIrc(() => startInspircd({ services: false })));
    const without = ['ircv3_labeledresponse', 'ircv3_echomessage', 'ircv3_batch', 'ircv3_msgid'];
    adapterContract('IRC (InspIRCd without much of IRCv3)', () =>
      onIrc(() => startInspircd({ services: false, without })),
    );
  },
  SIDE_BY_SIDE,
);

await describeWithPackages(
  NGIRCD,
  'ngIRCd',
  () => adapterContract('IRC (ngIRCd)', () => onIrc(startNgircd)),
  SIDE_BY_SIDE,
);
