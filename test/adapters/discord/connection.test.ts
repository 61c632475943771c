import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { IncomingMessage } from '../../../adapters/adapter.ts';
import { createDiscordAdapter } from '../../../adapters/discord/adapter.ts';
import { type Bot, createBot, startBot, TIMES } from '../../support/discord/bot.ts';
import { Failure } from '../../support/discord/failure.ts';
import { guideOf } from '../../support/discord/guide.ts';
import { type Discord, startDiscord } from '../../support/discord/server.ts';
import { until } from '../../support/until.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function place(): Promise<Discord> {
  const discord = await startDiscord();
  ends.push(discord.end);
  return discord;
}

async function running(options: Parameters<typeof startBot>[0] = {}): Promise<Bot> {
  const bot = await startBot(options);
  ends.push(bot.end);
  return bot;
}

/** Does it so long before now, by Discord's clock. */
function ago<T>({ clock }: Discord, ms: number, act: () => T): T {
  clock.advance(-ms);
  const done = act();
  clock.advance(ms);
  return done;
}

describe('the start', () => {
  it('is refused for a token that Discord refuses, and names the key', async () => {
    const discord = await place();
    const adapter = createDiscordAdapter({ token: 'wrong', apiUrl: discord.apiUrl }, { times: TIMES });
    await expect(adapter.start(() => {})).rejects.toThrow(/^discord\.token: Discord refuses it/);
    await adapter.stop();
    await until(() => discord.gateway.sockets() === 0, { what: 'no connection' });
  });

  it.each([
    [4004, /^discord\.token: Discord refuses it/],
    [4014, /^discord\.token: the gateway refuses this application's intents \(4014\)/],
    [4011, /^discord\.token: .*too many servers/],
  ])('is refused when the gateway closes with %s', async (code, message) => {
    const discord = await place();
    discord.gateway.refuse(code);
    const { adapter } = createBot(discord);
    await expect(adapter.start(() => {})).rejects.toThrow(message);
    await adapter.stop();
    await until(() => discord.gateway.sockets() === 0, { what: 'no connection' });
  });

  it.each([
    ['http://127.0.0.1:PORT/elsewhere', /^discord\.apiUrl: there is no Discord at/],
    ['http://nowhere.invalid/api', /^discord\.apiUrl: there is no such host/],
  ])('is refused for %s', async (apiUrl, message) => {
    const discord = await place();
    const port = new URL(discord.apiUrl).port;
    const adapter = createDiscordAdapter({ token: discord.token, apiUrl: apiUrl.replace('PORT', port) });
    await expect(adapter.start(() => {})).rejects.toThrow(message);
    await adapter.stop();
  });

  it.each<[string, (discord: Discord) => void]>([
    ['is not there', (discord) => void discord.down()],
    [
      'is out of order',
      (discord) => discord.fail(/GET gateway/, new Failure(503, 0, 'Service Unavailable'), 8),
    ],
    ['asks to wait', (discord) => discord.limits.storm(2, 60_000)],
  ])('goes on in the background while Discord %s', async (_, disturb) => {
    const discord = await place();
    disturb(discord);
    const { adapter, logged } = createBot(discord, { times: { rateLimit: 100 } });
    ends.push(adapter.stop);
    const received: IncomingMessage[] = [];
    await adapter.start((message) => received.push(message));
    expect(logged.join('\n')).toMatch(/connecting again in \d+ s/);
    if (/asks to wait/.test(_)) return;
    if (/is not there/.test(_)) await discord.up();
    await until(discord.gateway.connected, { what: 'a connection' });
    discord.person('alice').say(discord.room, '@deployday envs');
    await until(() => received.length, { what: 'a message' });
  });

  it('does not wait for ever for a gateway that says nothing', async () => {
    const discord = await place();
    discord.gateway.mute(true);
    const { adapter } = createBot(discord, { times: { connect: 100 } });
    await adapter.start(() => {});
    const sent = adapter.send(discord.nameOf(discord.room), { text: 'I can speak' });
    await sent;
    await adapter.stop();
    await until(() => discord.gateway.sockets() === 0, { what: 'no connection' });
  });
});

describe('the end', () => {
  it('leaves no connection, also from between two attempts', async () => {
    const bot = await running();
    const { gateway } = bot.discord;
    gateway.drop();
    await until(() => bot.logged.some((line) => line.includes('the connection is gone')), { what: 'a loss' });
    const before = gateway.told.connections;
    await bot.adapter.stop();
    // The library comes back 500 ms after a loss; a second server on the same terms shows that time has passed.
    const other = await running();
    other.discord.gateway.drop();
    await until(() => other.discord.gateway.connected(), { what: 'the other one to come back' });
    expect(gateway.told.connections).toBe(before);
    expect(gateway.sockets()).toBe(0);
  });

  it('does not wait for a server that does not answer', async () => {
    // Takes connections and never says a word: neither welcome nor goodbye.
    const hole = createServer().listen(0, '127.0.0.1');
    await once(hole, 'listening');
    ends.push(async () => void hole.close());
    const address = hole.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const adapter = createDiscordAdapter(
      { token: 'x', apiUrl: `http://127.0.0.1:${port}/api` },
      { times: { ...TIMES, connect: 50, drain: 400 } },
    );
    await adapter.start(() => {});
    const sent = adapter.send('discord:1/2', { text: 'x' }).catch((error: unknown) => error);
    const before = performance.now();
    await adapter.stop();
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await sent).toMatchObject({ name: 'SendError', retryable: true });
  });
});

describe('a connection that breaks', () => {
  it.each<[string, (discord: Discord) => void]>([
    ['is asked to come back', ({ gateway }) => gateway.askToReconnect()],
    ['is closed as timed out', ({ gateway }) => gateway.close(4009)],
    ['is closed for an unknown reason', ({ gateway }) => gateway.close(4000)],
    ['has its session questioned', ({ gateway }) => gateway.invalidate(true)],
  ])('is resumed when it %s: nothing is lost, nothing comes twice', async (_, disturb) => {
    const bot = await running();
    const { discord } = bot;
    const alice = discord.person('alice');
    alice.say(discord.room, '@deployday status 1');
    await bot.got(1);
    disturb(discord);
    alice.say(discord.room, '@deployday status 2');
    await until(() => discord.gateway.told.resumed > 0, { what: 'a resume' });
    alice.say(discord.room, '@deployday status 3');
    await bot.got(3);
    expect(bot.received.map(({ text }) => text)).toEqual(['status 1', 'status 2', 'status 3']);
    expect(discord.gateway.told.identifies).toBe(1);
  });

  it('is noticed when it only looks alive', async () => {
    const bot = await running({ heartbeat: 150 });
    const { discord } = bot;
    discord.gateway.zombie(true);
    await until(() => discord.gateway.told.resumes > 0, { what: 'a resume' });
    discord.gateway.zombie(false);
    discord.person('alice').say(discord.room, '@deployday envs');
    await bot.got(1);
  });

  it('is caught up with when it cannot be resumed: what was said meanwhile, once each', async () => {
    const bot = await running();
    const { discord } = bot;
    const [alice, robot] = [discord.person('alice'), discord.person('robot', { bot: true })];
    const quiet = discord.model.addChannel('quiet');
    alice.say(discord.room, '@deployday status 1');
    alice.say(alice.direct, 'status 2');
    await bot.got(2);
    await discord.down();
    discord.gateway.forget();
    alice.say(discord.room, 'not for the bot');
    robot.say(discord.room, '@deployday destroy everything');
    alice.say(discord.room, '@deployday status 3');
    alice.say(alice.direct, 'status 4');
    alice.say(quiet, '@deployday status 5');
    await discord.up();
    await bot.got(5);
    await until(discord.gateway.connected, { what: 'a connection' });
    alice.say(discord.room, '@deployday status 6');
    await bot.got(6);
    expect(bot.received.map(({ text }) => text).sort()).toEqual(
      [1, 2, 3, 4, 5, 6].map((at) => `status ${at}`),
    );
    const three = bot.received.find(({ text }) => text === 'status 3');
    expect(three).toMatchObject({
      channel: discord.nameOf(discord.room),
      sender: { identity: `discord:${alice.user.id}` },
    });
    expect(discord.said()).toEqual([]);
  });

  it('admits what is too old to be acted on', async () => {
    const bot = await running({ times: { catchUp: 50 } });
    const { discord } = bot;
    const alice = discord.person('alice');
    alice.say(discord.room, '@deployday status 1');
    await bot.got(1);
    await discord.down();
    discord.gateway.forget();
    const late = alice.say(discord.room, '@deployday destroy demo');
    await discord.up();
    const line = await discord.sees('I was away when this was said, and have not acted on it');
    expect(line.message_reference?.message_id).toBe(late.id);
    expect(bot.received).toHaveLength(1);
  });

  it('admits what is too old also where nobody had spoken to it before', async () => {
    const bot = await running({ times: { catchUp: 50 } });
    const { discord } = bot;
    const alice = discord.person('alice');
    const quiet = discord.model.addChannel('quiet');
    await discord.down();
    discord.gateway.forget();
    const last = ago(discord, 20_000, () => {
      alice.say(quiet, '@deployday status demo');
      return alice.say(quiet, '@deployday destroy demo');
    });
    await discord.up();
    const line = await discord.sees('I was away when this was said, and 1 more before it', quiet);
    expect(line.message_reference?.message_id).toBe(last.id);
    expect(bot.received).toEqual([]);
  });

  it('is caught up with by its newest messages, where more were said than can be read', async () => {
    const bot = await running();
    const { discord } = bot;
    const alice = discord.person('alice');
    alice.say(discord.room, '@deployday status 1');
    await bot.got(1);
    await discord.down();
    discord.gateway.forget();
    for (let talk = 0; talk < 310; talk++) alice.say(discord.room, `talk ${talk}`);
    alice.say(discord.room, '@deployday status 2');
    await discord.up();
    expect((await bot.got(2)).text).toBe('status 2');
    await discord.sees('more was said here meanwhile than I can read again');
  });

  it('admits that it cannot read what was said', async () => {
    const bot = await running();
    const { discord } = bot;
    const alice = discord.person('alice');
    alice.say(discord.room, '@deployday status 1');
    await bot.got(1);
    discord.room.forbidden.add('history');
    discord.gateway.forget();
    discord.gateway.drop();
    await discord.sees('cannot read what was said here meanwhile');
    expect(discord.said()).toHaveLength(1);
  });

  it('is looked for again after the token was refused while running', async () => {
    const bot = await running({ times: { refused: 50 } });
    const { discord } = bot;
    discord.gateway.forget();
    discord.gateway.refuse(4004);
    discord.gateway.drop();
    await until(() => bot.logged.some((line) => line.includes('discord.token: Discord refuses it')), {
      what: 'words',
      withinMs: 20_000,
    });
    discord.gateway.refuse(null);
    await until(discord.gateway.connected, { what: 'a connection', withinMs: 20_000 });
  });
});

describe('a process that was replaced', () => {
  it('acts on what was said while nobody was there, and not on what is older', async () => {
    const discord = await place();
    const alice = discord.person('alice');
    const said = alice.say(discord.room, '@deployday status 1');
    Object.assign(said, { timestamp: new Date(Date.now() - 3_600_000).toISOString() });
    alice.say(discord.room, '@deployday status 2');
    const bot = await running({ discord });
    await bot.got(1);
    expect(bot.received.map(({ text }) => text)).toEqual(['status 2']);
  });

  it.each([
    ['nothing of what that one took in', true],
    ['what that one did not take in', false],
  ])('owns up to %s, though it is too old to be acted on', async (_, isTaken) => {
    const discord = await place();
    const alice = discord.person('alice');
    const said = alice.say(alice.direct, 'status 1');
    Object.assign(said, { timestamp: new Date(Date.now() - 630_000).toISOString() });
    const asked: string[][] = [];
    const guide = guideOf({
      heardIn: async () => [`discord:@me/${alice.direct.id}`],
      received: async (_, ids) => {
        asked.push([...ids]);
        return new Set(isTaken ? ids : []);
      },
    });
    const bot = await running({ discord, guide });
    await until(() => asked.length > 0, { what: 'it asks what was taken in', withinMs: 20_000 });
    await bot.adapter.send(`discord:@me/${alice.direct.id}`, { text: 'here' });
    expect(asked).toEqual([[said.id]]);
    const lines = alice.direct.messages.map(({ content }) => content);
    expect(lines.filter((line) => line.includes('have not acted on it'))).toHaveLength(isTaken ? 0 : 1);
  });

  it('owns up to what was said in a channel hours ago, to nobody; the next one does not say it again', async () => {
    const discord = await place();
    const alice = discord.person('alice');
    const quiet = discord.model.addChannel('quiet');
    ago(discord, 3 * 3_600_000, () => {
      for (const channel of [discord.room, quiet]) alice.say(channel, '@deployday status 1');
    });
    const taken = new Set<string>();
    const guide = guideOf({
      heardIn: async () => [discord.nameOf(discord.room)],
      received: async (_, ids) => new Set(ids.filter((id) => taken.has(id))),
      ownedUp: async (_, messages) => {
        for (const { id, channel } of messages) if (channel === discord.nameOf(discord.room)) taken.add(id);
      },
    });
    const { adapter } = createBot(discord, { guide });
    await adapter.start(() => {});
    await discord.sees('I was away when this was said, and have not acted on it');
    await until(() => taken.size > 0, { what: 'it is noted' });
    await adapter.stop();
    const bot = await running({ discord, guide });
    await bot.adapter.send(discord.nameOf(discord.room), { text: 'here' });
    expect(discord.said().filter(({ content }) => content.includes('I was away'))).toHaveLength(1);
    expect(discord.said(quiet)).toEqual([]);
    expect(bot.received).toEqual([]);
  });

  it('admits where it may not read what was said before it came', async () => {
    const discord = await place();
    discord.person('alice').say(discord.room, 'hello');
    discord.room.forbidden.add('history');
    await running({ discord, guide: guideOf({ heardIn: async () => [discord.nameOf(discord.room)] }) });
    await discord.sees('I was started anew and cannot read what was said here meanwhile');
  });

  it('acts on what was written to it privately meanwhile, and later when its session is lost', async () => {
    const discord = await place();
    const [alice, bob] = [discord.person('alice'), discord.person('bob')];
    const names = [alice, bob].map(({ direct }) => `discord:@me/${direct.id}`);
    alice.say(alice.direct, 'status 1');
    const bot = await running({ discord, guide: guideOf({ heardIn: async () => names }) });
    await bot.got(1);
    await discord.down();
    discord.gateway.forget();
    bob.say(bob.direct, 'status 2');
    await discord.up();
    await bot.got(2);
    expect(bot.received.map(({ text }) => text)).toEqual(['status 1', 'status 2']);
  });
});
