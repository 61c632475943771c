import { type RepliesUnderTest, repliesContract } from '../../contracts/replies.ts';
import { createBot } from '../../support/irc/bot.ts';
import { connectPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { startModern } from '../../support/irc/modern/server.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../../support/irc/needs.ts';
import { startNgircd } from '../../support/irc/ngircd.ts';
import type { IrcServer } from '../../support/irc/server.ts';

/** Our own green and red signs; nothing else may be coloured. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colours are written on IRC
const SIGN = / \x030[34][✔✘]\x03/g;
const LONGEST_LINE = 510;

async function onIrc(start: () => Promise<IrcServer>): Promise<RepliesUnderTest> {
  const server = await start();
  const person = await connectPerson(server, { nick: 'alice' });
  await person.join('#room');
  const { adapter, start: connect } = createBot(server, { linesPerSecond: 5_000, colors: true });
  await connect();
  await person.waitFor(/^:deployday!\S+ JOIN /, 30_000);
  let number = 0;
  return {
    async show(message) {
      const before = person.lines.length;
      await adapter.send('irc:lab/#room', message);
      number += 1;
      await adapter.send('irc:lab/#room', { text: `that was ${number}` });
      await person.waitFor(new RegExp(` PRIVMSG #room :that was ${number}$`), 30_000);
      const heard = person.lines.slice(before, -1).filter((line) => !line.startsWith('PING'));
      const lines = heard.map((line) => line.replace(/^:deployday!\S+ PRIVMSG #room :/, ''));
      const text = lines.map((line) => line.replace(SIGN, '')).join('\n');
      return {
        text: joined(text),
        plain: joined(text),
        // Every client shows lines in columns of its own making; ours are aligned for those of fixed width.
        fixed: blocksOf(lines),
        made: [
          ...heard.filter((line) => !/^:deployday!\S+ PRIVMSG #room :/.test(line)),
          ...heard.filter((line) => Buffer.byteLength(line) > LONGEST_LINE),
          // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point
          ...(text.match(/[\x00-\x09\x0b-\x1f]/g) ?? []),
        ],
      };
    },
    async end() {
      await adapter.stop();
      await person.quit();
      await server.remove();
    },
  };
}

/** A long text is told in several lines; a word of it may be cut between two. */
const joined = (text: string) => `${text}\n${text.replaceAll('\n', ' ')}\n${text.replaceAll('\n', '')}`;

/** Output of nodes, and the rest. */
function blocksOf(lines: readonly string[]): string[] {
  const isCode = (line: string) => line.startsWith('| ');
  return [lines.filter(isCode).join('\n'), lines.filter((line) => !isCode(line)).join('\n')];
}

const traits = { leavesBackground: true, runs: 25 };
repliesContract('IRC (every IRCv3 capability)', () => onIrc(startModern), traits);

await describeWithPackages(INSPIRCD, 'InspIRCd', () =>
  repliesContract('IRC (InspIRCd)', () => onIrc(() => startInspircd({ services: false })), traits),
);

await describeWithPackages(NGIRCD, 'ngIRCd', () =>
  repliesContract('IRC (ngIRCd)', () => onIrc(() => startNgircd({ penalties: false })), traits),
);
