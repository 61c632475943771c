import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { type ModernServer, startModern } from '../support/irc/modern/server.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = '#room';

describe('what the next process reads again on IRC', () => {
  let server: ModernServer;
  let world: World;
  let alice: IrcPerson;
  let guest: IrcPerson;
  let count = 0;

  beforeAll(async () => {
    server = await startModern();
    server.world.sasl.accounts.set('alice', 'secret');
    alice = await connectPerson(server, { nick: 'alice', account: 'alice', password: 'secret' });
    guest = await connectPerson(server, { nick: 'guest' });
    for (const person of [alice, guest]) await person.join(ROOM);
    const { host, port } = server;
    world = await openWorld({
      irc: [
        {
          ...{ network: 'lab', host, port, tls: false, nick: 'deployday', channels: [ROOM] },
          ...{ identify: 'account', linesPerSecond: 50 },
        },
      ],
    });
  });
  afterAll(async () => {
    await world?.close();
    for (const person of [alice, guest]) await person?.quit();
    await server?.remove();
  });

  const said = (): string[] =>
    server.world.said.flatMap(({ source, target, lines }) =>
      source.startsWith('deployday!') && target === ROOM ? lines.map(({ text }) => text) : [],
    );
  /** What the bot says to the typos of a flood. */
  const answers = () => said().flatMap((text) => /status (flood-\d+)/.exec(text)?.[1] ?? []);
  const bot = (text: string) => new RegExp(`^:deployday!\\S+ PRIVMSG ${ROOM} :.*${text}`);
  /** Everything that alice said before is answered. */
  async function settled(): Promise<void> {
    const name = `settled-${++count}`;
    alice.say(ROOM, `!stauts ${name}`);
    await alice.waitFor(bot(`status ${name}\\b`), 40_000);
  }
  /** The next process has read everything again: what alice says meanwhile is the last of it. */
  async function restart(): Promise<void> {
    const restarted = world.restart();
    await alice.waitFor(/^:deployday!\S+ QUIT/, 40_000);
    await Promise.all([restarted, settled()]);
  }

  it('is not acted on where it was refused as a flood', async () => {
    for (let time = 0; time < 24; time++) alice.say(ROOM, `!stauts flood-${time}`);
    await alice.waitFor(bot('of your commands wait already'), 40_000);
    await guest.waitFor(bot('status flood-11\\b'), 40_000);
    await settled();
    const before = answers();
    expect(before.length).toBeLessThan(24);
    await restart();
    expect(answers()).toEqual(before);
    expect(said().filter((text) => text.includes('of your commands wait already'))).toHaveLength(1);
  });

  it('is not owned up to where it was answered, though nobody vouches for who said it', async () => {
    guest.say(ROOM, '!whoami');
    await guest.waitFor(bot('You are guest'), 40_000);
    await restart();
    expect(said().filter((text) => text.includes('acted on'))).toEqual([]);
  });
});
