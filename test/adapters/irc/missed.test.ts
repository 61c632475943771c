import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IrcConfig, IrcOptions, IrcTimes } from '../../../adapters/irc/config.ts';
import { type Bot, createBot } from '../../support/irc/bot.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { type ModernServer, startModern } from '../../support/irc/modern/server.ts';

const ROOM = 'irc:lab/#room';
/** Nothing was said to earlier processes, and they took nothing in. */
const NOTHING: NonNullable<IrcOptions['guide']> = {
  heardIn: async () => [],
  received: async () => new Set(),
  ownedUp: async () => {},
};
/** Long enough to say something meanwhile. */
const AWAY: Partial<IrcTimes> = { backoff: 1_000, backoffMax: 1_000, awayUntold: 0 };

describe('what was said on IRC while the bot was away', () => {
  let server: ModernServer;
  let alice: IrcPerson;
  const bots: Bot[] = [];
  const people: IrcPerson[] = [];
  const startBot = async (
    times: Partial<IrcTimes> = {},
    config: Partial<IrcConfig> = {},
    guide: Partial<typeof NOTHING> = {},
  ) => {
    const bot = createBot(server, config, { ...AWAY, ...times }, { ...NOTHING, ...guide });
    bots.push(bot);
    await bot.start();
    return bot;
  };
  const enter = async (nick: string, account?: string): Promise<IrcPerson> => {
    const login = account === undefined ? {} : { account, password: 'secret' };
    const person = await connectPerson(server, { nick, ...login });
    people.push(person);
    await person.join('#room');
    return person;
  };
  const owned = (): string[] =>
    server.world.said.flatMap(({ source, lines }) =>
      source.startsWith('deployday!') ? lines.map(({ text }) => text) : [],
    );
  /** The bot is away while this is said, and back when it is over. */
  const away = async (bot: Bot, say: () => Promise<void>): Promise<void> => {
    const before = server.world.welcomed.length;
    server.cut('deployday', 'Closing Link: (Connection reset)');
    await say();
    expect(server.world.welcomed).toHaveLength(before);
    await eventually('it is back', () =>
      bot.adapter.send(ROOM, { text: `back ${before}` }).catch(() => undefined),
    );
  };
  const says = async (person: IrcPerson, ...lines: string[]): Promise<void> => {
    for (const line of lines) person.say('#room', line);
    await person.settled();
  };

  beforeEach(async () => {
    server = await startModern();
    server.world.sasl.accounts.set('alice', 'secret');
    alice = await enter('alice', 'alice');
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.adapter.stop()));
    await Promise.all(people.splice(0).map((person) => person.quit()));
    await server.remove();
    expect(server.world.faults).toEqual([]);
  });

  it('is acted on once, for whoever the server vouches for, where the server shows it', async () => {
    const bot = await startBot();
    await says(alice, '!before');
    await bot.heard('before');
    await away(bot, () => says(alice, '!meanwhile', 'not for the bot'));
    const meanwhile = await bot.heard('meanwhile');
    expect(meanwhile).toMatchObject({ channel: ROOM, sender: { identity: 'irc:lab/alice' } });
    await away(bot, async () => {});
    await says(alice, '!after');
    await bot.heard('after');
    expect(bot.received.map(({ text }) => text)).toEqual(['before', 'meanwhile', 'after']);
    expect(new Set(bot.received.map(({ id }) => id)).size).toBe(3);
    expect(owned()).toEqual(['back 2', 'back 3']);
  });

  it('is acted on line by line where it was said in several lines', async () => {
    const carol = await connectPerson(server, {
      ...{ nick: 'carol', account: 'alice', password: 'secret' },
      caps: ['batch', 'message-tags', 'draft/multiline'],
    });
    people.push(carol);
    await carol.join('#room');
    const bot = await startBot();
    await away(bot, async () => {
      carol.write('BATCH +1 draft/multiline #room');
      carol.write('@batch=1 PRIVMSG #room :!one');
      carol.write('@batch=1 PRIVMSG #room :!two');
      carol.write('BATCH -1');
      await carol.settled();
    });
    await bot.heard('two');
    expect(bot.received.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(owned()).toHaveLength(1);
  });

  it('is owned up to where nobody vouches for who said it, or it is too old', async () => {
    const guest = await enter('guest');
    const bot = await startBot();
    await away(bot, () => says(guest, '!status demo', '!status again', 'thanks'));
    await alice.waitFor(
      / PRIVMSG #room :guest: I was away from \S+ UTC to \S+ UTC when you wrote to me here/,
    );
    const late = await startBot({ catchUp: -60_000 }, { nick: 'late' });
    const before = server.world.welcomed.length;
    server.cut('late', 'Closing Link: (Connection reset)');
    await says(alice, 'late: status demo');
    expect(server.world.welcomed).toHaveLength(before);
    await alice.waitFor(/^:late!\S+ PRIVMSG #room :.*\balice: I was away from .* have not acted on it/);
    expect(bot.received).toEqual([]);
    expect(late.received).toEqual([]);
  });

  it('is found after the next absence, when the connection breaks again before the server has shown it', async () => {
    const bot = await startBot({ backoff: 3_000, backoffMax: 3_000 });
    await away(bot, async () => {
      server.world.cutAtHistory = true;
      await says(alice, '!meanwhile');
    });
    await bot.heard('meanwhile');
    expect(bot.received.map(({ text }) => text)).toEqual(['meanwhile']);
    expect(owned()).toEqual([expect.stringMatching(/^back/)]);
  });

  it.each([
    ['not owned up to, when that one took it in', async () => new Set(['m2']), undefined],
    ['owned up to, when that one did not', async () => new Set<string>(), /^guest: .* have not acted on it/],
    [
      'told as what may be lost, when nobody can tell',
      () => Promise.reject(new Error('the database is away')),
      /^guest: .* may not have acted on what you wrote/,
    ],
  ])('to an earlier process, by whom nobody vouches for, is %s', async (_, received, pattern) => {
    const guest = await enter('guest');
    await says(guest, 'hello', '!status demo');
    const heardIn = async (name: string) => [`${name}/#room`];
    const bot = await startBot({}, {}, { heardIn, received });
    await bot.adapter.send(ROOM, { text: 'here' });
    const lines = pattern ? [expect.stringMatching(pattern), 'here'] : ['here'];
    expect(owned()).toEqual(lines);
    expect(bot.received).toEqual([]);
  });

  it.each([
    ['once, where people speak to the bot', true, 1],
    ['nowhere else', false, 0],
  ])('is owned up to %s, when the server shows nothing of it', async (_, isAddressed, times) => {
    server.world.caps.delete('draft/chathistory');
    const bot = await startBot();
    if (isAddressed) {
      await says(alice, '!before');
      await bot.heard('before');
    }
    await away(bot, () => says(alice, '!meanwhile'));
    await bot.adapter.send(ROOM, { text: 'more' });
    const lines = owned().filter((text) =>
      /^I was away from \S+ UTC to \S+ UTC and did not see .* Say it again/.test(text),
    );
    expect(lines).toHaveLength(times);
    expect(bot.received.filter(({ text }) => text === 'meanwhile')).toEqual([]);
  });

  it('is owned up to where more was said than the server shows', async () => {
    const bot = await startBot();
    await says(alice, '!before');
    await bot.heard('before');
    await away(bot, () => says(alice, '!lost', ...Array.from({ length: 60 }, (_, at) => `talk ${at}`)));
    await alice.waitFor(/ PRIVMSG #room :I was away from .* did not see/);
  });

  it.each([
    ['is owned up to by the next process, and by no later one', true, 1],
    ['is left to the earlier process, where no ids tell what it took in', false, 0],
  ])('hours ago %s', async (_, hasIds, times) => {
    const guest = await enter('guest');
    await says(guest, '!status demo');
    const time = new Date(Date.now() - 3 * 60 * 60_000).toISOString();
    for (const said of server.world.said) Object.assign(said, { time, ...(hasIds ? {} : { id: undefined }) });
    const taken = new Set<string>();
    const guide: typeof NOTHING = {
      heardIn: async (name) => [`${name}/#room`],
      received: async (_name, ids) => new Set(ids.filter((id) => taken.has(id))),
      ownedUp: async (_name, messages) => {
        for (const { id, channel } of messages) if (channel === ROOM) taken.add(id);
      },
    };
    const admissions = () =>
      owned().filter((text) => /^guest: I was away .* have not acted on it/.test(text));
    const first = await startBot({}, {}, guide);
    await first.adapter.send(ROOM, { text: 'here' });
    expect(admissions()).toHaveLength(times);
    await eventually('it is noted', () => taken.size === times || undefined);
    await first.adapter.stop();
    const next = await startBot({}, {}, guide);
    await next.adapter.send(ROOM, { text: 'here again' });
    expect(admissions()).toHaveLength(times);
    expect([...first.received, ...next.received]).toEqual([]);
  });

  it('to an earlier process or to none is owned up to after a start, where the server shows nothing', async () => {
    server.world.caps.delete('draft/chathistory');
    const bot = await startBot({}, {}, { heardIn: async (name) => [`${name}/#room`] });
    await bot.adapter.send(ROOM, { text: 'here' });
    expect(owned()).toEqual([
      expect.stringMatching(/^I was started anew, and did not see .* Say it again/),
      'here',
    ]);
  });

  it('is found by the next process, in channels where an earlier one was spoken to', async () => {
    await says(alice, '!while nobody was there');
    const first = await startBot();
    await first.adapter.send(ROOM, { text: 'here' });
    expect(first.received).toEqual([]);
    await first.adapter.stop();
    const next = await startBot({}, {}, { heardIn: async (name) => [`${name}/#room`, `${name}/@alice`] });
    await next.heard('while nobody was there');
  });
});
