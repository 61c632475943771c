import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { plain } from '../../../adapters/render/plain.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';

await describeWithPackages(INSPIRCD, 'what the bot says on IRC', () => {
  describe.each([
    { kind: 'with echo', without: [] },
    { kind: 'without echo', without: ['ircv3_echomessage'] },
  ])('$kind', ({ without }) => {
    let server: IrcServer;
    let bot: Bot & { start(): Promise<void> };
    let watcher: IrcPerson;
    let end = 0;

    beforeAll(async () => {
      server = await startInspircd({ services: false, without });
      watcher = await connectPerson(server, { nick: 'watcher' });
      await watcher.join('#room');
      await watcher.join('#other');
      bot = createBot(server, { channels: ['#room', '#other'], linesPerSecond: 10_000 });
      await bot.start();
      await watcher.waitFor(/deployday\S* JOIN :?#other/);
    });
    afterAll(async () => {
      await bot?.adapter.stop();
      await watcher?.quit();
      await server?.remove();
    });

    /** All lines that the watcher received while the message was sent. */
    async function linesOf(message: OutgoingMessage): Promise<string[]> {
      const from = watcher.lines.length;
      await bot.adapter.send('irc:lab/#room', message);
      watcher.write(`PING end-${++end}`);
      await watcher.waitFor(new RegExp(`PONG \\S+ :?end-${end}$`));
      return watcher.lines.slice(from, -1);
    }
    const PREFIX = /^:deployday!\S+@\S+ PRIVMSG #room :/;
    const texts = (lines: readonly string[]): string[] => lines.map((line) => line.replace(PREFIX, ''));

    it('puts nothing on the wire but messages to that channel, whatever the text', async () => {
      const nasty = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 700 }),
        fc.constantFrom(
          '\r\nQUIT :x',
          '\nJOIN #evil',
          '\0\r',
          '\x01VERSION\x01',
          '\x0304red',
          ':x',
          ' ',
          '\u2028NICK x',
        ),
      );
      const text = fc.array(nasty, { maxLength: 3 }).map((parts) => parts.join(''));
      const message = fc.record({
        text,
        blocks: fc.array(
          fc.oneof(
            fc.record({ type: fc.constant('code' as const), text }),
            fc.record({ type: fc.constant('text' as const), text }),
            fc.record({
              type: fc.constant('table' as const),
              columns: fc.array(text, { maxLength: 3 }),
              rows: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
            }),
          ),
          { maxLength: 2 },
        ),
      });
      await fc.assert(
        fc.asyncProperty(message, async (sent) => {
          const lines = await linesOf({ ...sent, text: `start ${sent.text}` });
          expect(lines.length).toBeGreaterThan(0);
          for (const line of lines) {
            expect(line).toMatch(PREFIX);
            expect(Buffer.byteLength(`${line}\r\n`)).toBeLessThanOrEqual(512);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point
            expect(line).not.toMatch(/[\x00-\x1f\x7f]/);
          }
        }),
        { numRuns: 60 },
      );
    });

    it('refuses a channel name that is more than a channel name', async () => {
      const from = watcher.lines.length;
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom(
              '#room\r\nQUIT :x',
              '#room,watcher',
              '@watcher,x',
              '#room :x',
              '@a b',
              '@#room',
              '',
              '@',
            ),
          ),
          async (name) => {
            fc.pre(!/^@[^\s@]+$/.test(name)); // a well-formed nick, just nobody's
            const sent = bot.adapter.send(`irc:lab/${name}`, { text: 'x' });
            await expect(sent).rejects.toMatchObject({ name: 'SendError', retryable: false });
          },
        ),
      );
      await linesOf({ text: 'still here' });
      expect(texts(watcher.lines.slice(from, -1))).toEqual(['still here']);
    });

    it('splits long text between words and characters, losing nothing', async () => {
      const words = 'Überprüfung 検証 🚀 vérifié проверено 👩‍👩‍👧‍👦 ok '.repeat(60).trimEnd();
      const lines = texts(await linesOf({ text: words }));
      expect(lines.join('')).toBe(words);
      expect(lines.length).toBeLessThan(12);
      for (const line of lines.slice(0, -1)) expect(line).toMatch(/ $/);
      const word = '検証🚀👩‍👩‍👧‍👦'.repeat(60);
      expect(texts(await linesOf({ text: word })).join('')).toBe(word);
    });

    it('shows tables and code in few lines with a link to the rest', async () => {
      const rows = Array.from({ length: 20 }, (_, at) => [`n${at}`, 'compute', 'ready']);
      const lines = await linesOf({
        text: 'demo is ready',
        blocks: [
          { type: 'table', columns: ['node', 'role', 'state'], rows },
          { type: 'code', text: Array.from({ length: 30 }, (_, at) => `!line ${at}`).join('\n') },
        ],
        link: 'http://127.0.0.1:8080/runs/1',
      });
      expect(texts(lines)).toEqual([
        'demo is ready',
        'node  role     state',
        ...Array.from({ length: 8 }, (_, at) => `n${at}    compute  ready`),
        '… 12 more: http://127.0.0.1:8080/runs/1',
        ...Array.from({ length: 6 }, (_, at) => `| !line ${at}`),
        '… 24 more: http://127.0.0.1:8080/runs/1',
      ]);
    });

    it('keeps the order within a channel and takes channels in turn', async () => {
      const from = watcher.lines.length;
      const long = Array.from({ length: 20 }, (_, at) => `long ${at}`).join('\n');
      const first = bot.adapter.send('irc:lab/#room', { text: long });
      const second = bot.adapter.send('irc:lab/#room', { text: 'after' });
      const other = bot.adapter.send('irc:lab/#other', { text: 'other' });
      await Promise.all([first, second, other]);
      await watcher.waitFor(/after$/);
      const said = watcher.lines.slice(from).map((line) => line.replace(/^.*? PRIVMSG \S+ :/, ''));
      expect(said.indexOf('other')).toBeLessThan(10);
      expect(said.filter((line) => line !== 'other')).toEqual([...long.split('\n'), 'after']);
    });

    it('tells for good when nobody has the nick or the channel does not take it', async () => {
      const nobody = bot.adapter.send('irc:lab/@nobody', { text: 'hello' });
      await expect(nobody).rejects.toMatchObject({
        retryable: false,
        // Nobody who comes under that nick later gets it.
        lost: undefined,
        message: expect.stringContaining('No such nick'),
      });
      await expect(bot.adapter.send('irc:lab/#elsewhere', { text: 'hello' })).rejects.toMatchObject({
        retryable: false,
      });
      watcher.write('MODE #other +m');
      await watcher.waitFor(/MODE #other :?\+m/);
      const muted = bot.adapter.send('irc:lab/#other', { text: 'one\ntwo\nthree' });
      await expect(muted).rejects.toMatchObject({
        retryable: false,
        message: expect.stringContaining('irc:lab/#other'),
      });
      watcher.write('MODE #other +v deployday');
      await watcher.waitFor(/MODE #other \+v/);
      await bot.adapter.send('irc:lab/#other', { text: 'four' });
      await watcher.waitFor(/PRIVMSG #other :four/);
      expect(watcher.lines.filter((line) => /#other :(one|two|three)/.test(line))).toEqual([]);
    });

    it('answers in private', async () => {
      await bot.adapter.send('irc:lab/@watcher', { text: 'for you' });
      await watcher.waitFor(/PRIVMSG watcher :for you/);
    });

    it('has nothing to say in an empty message, and says so', async () => {
      expect(plain('\0')).toBe('');
      await expect(bot.adapter.send('irc:lab/#room', { text: '\0\n ' })).rejects.toMatchObject({
        retryable: false,
      });
    });
  });
});
