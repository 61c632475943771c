import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IrcConfig } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';
import type { Said } from '../../support/irc/modern/world.ts';

const ROOM = 'irc:lab/#room';

describe('a server that offers every IRCv3 capability', () => {
  let server: ModernServer;
  let watcher: IrcPerson;
  const bots: Bot[] = [];
  const startBot = async (config: Partial<IrcConfig> = {}) => {
    const bot = createBot(server, config);
    bots.push(bot);
    await bot.start();
    return bot;
  };
  /** What the bot said, as the server passed it on. */
  const said = (): Said[] => server.world.said.filter(({ source }) => source.startsWith('deployday!'));
  const saidLast = (): Said | undefined => said().at(-1);

  beforeAll(async () => {
    server = await startModern();
    server.world.sasl.accounts.set('alice', 'secret');
    server.world.sasl.accounts.set('deployday', 'secret');
    watcher = await connectPerson(server, { nick: 'watcher' });
    await watcher.join('#room');
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.adapter.stop()));
    expect(server.world.faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await watcher.quit();
    await server.remove();
  });

  it('gets a long answer in one piece, and who knows no such pieces gets the lines', async () => {
    const bot = await startBot();
    const lines = Array.from({ length: 9 }, (_, at) => `line ${at} ${'ä'.repeat(20)}`);
    const { id } = await bot.adapter.send(ROOM, { text: lines.join('\n') });
    expect(saidLast()?.lines.map(({ text }) => text)).toEqual(lines);
    expect(id).toBe(saidLast()?.id);
    await watcher.waitFor(/PRIVMSG #room :line 8 /);
  });

  it.each([
    ['max-bytes=100,max-lines=24'],
    ['max-bytes=4096,max-lines=3'],
    ['max-bytes=4096'],
    ['max-lines=10'], // not what the document asks for: no use
  ])('keeps to the limits of pieces: %s', async (limits) => {
    const before = server.world.caps.get('draft/multiline') ?? '';
    server.world.caps.set('draft/multiline', limits);
    const bot = await startBot();
    const lines = Array.from({ length: 10 }, (_, at) => `line ${at} of a long answer`);
    const from = said().length;
    await bot.adapter.send(ROOM, { text: lines.join('\n') });
    server.world.caps.set('draft/multiline', before);
    const posted = said().slice(from);
    expect(posted.flatMap((message) => message.lines.map(({ text }) => text))).toEqual(lines);
    expect(posted.length > 1).toBe(limits !== 'max-bytes=4096');
  });

  it('says it line by line where the server will not have pieces after all', async () => {
    const bot = await startBot();
    const before = server.world.caps.get('draft/multiline') ?? '';
    server.world.caps.set('draft/multiline', 'max-bytes=1,max-lines=1');
    const from = said().length;
    await bot.adapter.send(ROOM, { text: 'one\ntwo\nthree' });
    server.world.caps.set('draft/multiline', before);
    expect(
      said()
        .slice(from)
        .map(({ lines }) => lines[0]?.text),
    ).toEqual(['one', 'two', 'three']);
  });

  it.each([
    ['deployday', '#room'],
    ['a-nick-of-thirty-characters-12', `#${'long'.repeat(15)}`],
  ])(
    'is never sent a line that would be cut short or torn when it is passed on: %s in %s',
    async (nick, room) => {
      for (const multiline of [true, false]) {
        if (!multiline) server.world.caps.delete('draft/multiline');
        const bot = await startBot({ nick, channels: [room], linesPerSecond: 100_000 });
        const text = fc.oneof(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 900 }),
          fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
        );
        await fc.assert(
          fc.asyncProperty(text, async (said) => {
            await bot.adapter.send(
              `irc:lab/${room}`,
              { text: `x${said}`, mood: 'good' },
              { key: 'k', replyTo: 'm1' },
            );
            expect(server.world.faults).toEqual([]);
          }),
          { numRuns: 60 },
        );
        await bot.adapter.stop();
        server.world.caps.set('draft/multiline', 'max-bytes=4096,max-lines=24');
      }
    },
  );

  it('believes the account of each message, also of one of several lines', async () => {
    const bot = await startBot();
    const alice = await connectPerson(server, {
      nick: 'alice',
      account: 'alice',
      password: 'secret',
      caps: ['batch', 'message-tags', 'draft/multiline'],
    });
    await alice.join('#room');
    alice.write('@account=root PRIVMSG #room :!one line');
    alice.write('BATCH +1 draft/multiline #room');
    alice.write('@batch=1 PRIVMSG #room :!first of sev');
    alice.write('@batch=1;draft/multiline-concat PRIVMSG #room :eral');
    alice.write('@batch=1 PRIVMSG #room :only talk');
    alice.write('@batch=1 PRIVMSG #room :!third of several');
    alice.write('BATCH -1');
    await bot.heard('third of several');
    const ids = server.world.said.slice(-2).map(({ id }) => id);
    expect(bot.received.map(({ text, id }) => [text, id])).toEqual([
      ['one line', ids[0]],
      ['first of several', ids[1]],
      ['third of several', `${ids[1]}-2`],
    ]);
    for (const { sender } of bot.received) expect(sender.identity).toBe('irc:lab/alice');
    await alice.quit();
  });

  it('shows what an answer answers', async () => {
    const bot = await startBot();
    watcher.say('#room', '!hello');
    const { replyTo, id } = await bot.heard('hello');
    expect(replyTo).toBe(id);
    await bot.adapter.send(ROOM, { text: 'hello\nto you' }, { replyTo: replyTo ?? '' });
    expect(saidLast()?.tags['+draft/reply']).toBe(id);
    await bot.adapter.send(ROOM, { text: 'and more' });
    expect(saidLast()?.tags['+draft/reply']).toBe(undefined);
  });

  it('acts neither on history, nor on itself, nor on other bots', async () => {
    const carol = await connectPerson(server, { nick: 'carol' });
    await carol.join('#room');
    carol.say('#room', '!before it came');
    await carol.settled();
    const bot = await startBot();
    const client = server.client('deployday');
    const past = new Date(Date.now() - 60_000).toISOString();
    client.raw(`@time=${past} :carol!carol@client.test PRIVMSG #room :!played back without a batch`);
    client.raw(`:modern.test BATCH +outer chathistory #room`);
    client.raw(`@batch=outer :modern.test BATCH +inner draft/multiline #room`);
    client.raw(`@batch=inner :carol!carol@client.test PRIVMSG #room :!within a batch within history`);
    client.raw(`@batch=outer :modern.test BATCH -inner`);
    client.raw(`:modern.test BATCH -outer`);
    client.raw(`@batch=unknown :carol!carol@client.test PRIVMSG #room :!of a batch that nobody opened`);
    client.raw(`@draft/bot :carol!carol@client.test PRIVMSG #room :!a bot as the draft writes it`);
    carol.write('MODE carol +B');
    carol.say('#room', '!I am a bot');
    await bot.adapter.send(ROOM, { text: '!I am myself' });
    watcher.say('#room', '!now');
    await bot.heard('now');
    expect(bot.received.map(({ text }) => text)).toEqual(['now']);
    expect(bot.log.filter((line) => /said before we connected/.test(line))).toHaveLength(1);
    expect(client.isBot).toBe(true);
    await carol.quit();
  });

  it('takes the progress of a run back when newer progress or the outcome is told', async () => {
    const bot = await startBot();
    const link = 'http://127.0.0.1:8080/runs/7';
    const from = said().length;
    const standing = () =>
      said()
        .slice(from)
        .flatMap((message) => (message.redacted ? [] : [message.lines[0]?.text]));
    await bot.adapter.send(ROOM, { kind: 'board', text: `1 of 3 ${link}`, link });
    await bot.adapter.send(ROOM, { kind: 'answer', text: 'something else' });
    await bot.adapter.send(ROOM, { kind: 'board', text: `2 of 3 ${link}`, link });
    await bot.adapter.send(ROOM, {
      kind: 'board',
      text: 'another run',
      link: 'http://127.0.0.1:8080/runs/8',
    });
    await bot.adapter.send(ROOM, { kind: 'outcome', text: `demo ready ${link}`, link });
    await bot.adapter.send(ROOM, { text: 'end' });
    expect(standing()).toEqual([
      'something else',
      'another run — http://127.0.0.1:8080/runs/8',
      `demo ready ${link}`,
      'end',
    ]);
  });

  it('does not mistake the words of another client of its nick for its own', async () => {
    const bot = await startBot();
    server.client('deployday').raw(':deployday!deployday@client.test PRIVMSG #room :from elsewhere');
    await bot.adapter.send(ROOM, { text: 'really said' });
    expect(saidLast()?.lines[0]?.text).toBe('really said');
  });

  it('forgets whom a netsplit took, floods nobody, and knows them again when they are back', async () => {
    server.world.caps.delete('account-tag');
    const bot = await startBot();
    server.world.caps.set('account-tag', '');
    const nicks = Array.from({ length: 30 }, (_, at) => `p${at}`);
    const people = await Promise.all(
      nicks.map((nick) => connectPerson(server, { nick, account: 'alice', password: 'secret' })),
    );
    for (const person of people) await person.join('#room');
    people[0]?.say('#room', '!before the split');
    expect((await bot.heard('before the split')).sender.identity).toBe('irc:lab/alice');

    const client = server.client('deployday');
    const sent = client.received.length;
    const rejoin = server.split(nicks);
    const thief = await connectPerson(server, { nick: 'p0' });
    thief.say('deployday', 'in private');
    expect((await bot.heard('in private')).sender.identity).toBe(null);
    await thief.join('#room');
    thief.say('#room', '!during the split');
    expect((await bot.heard('during the split')).sender.identity).toBe(null);
    await thief.quit();
    rejoin();
    people[1]?.say('#room', '!after the split');
    expect((await bot.heard('after the split')).sender.identity).toBe('irc:lab/alice');
    await bot.adapter.send(ROOM, { text: 'calm' });
    expect(client.received.slice(sent).filter((line) => !/calm|^PING|^PONG/.test(line))).toEqual([
      'WHOIS p0',
    ]);
    await Promise.all(people.map((person) => person.quit()));
  });
});
