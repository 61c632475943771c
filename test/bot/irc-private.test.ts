import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { type ModernServer, startModern } from '../support/irc/modern/server.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

describe('what is answered in private on IRC', () => {
  let server: ModernServer;
  let world: World;
  const people: IrcPerson[] = [];
  const enter = async (nick: string, account: string): Promise<IrcPerson> => {
    const person = await connectPerson(server, { nick, account, password: 'secret' });
    people.push(person);
    return person;
  };
  const saidTo = (nick: string) =>
    server.world.said.flatMap(({ target, lines }) => (target === nick ? lines.map(({ text }) => text) : []));

  beforeAll(async () => {
    server = await startModern();
    for (const account of ['alice', 'mallory']) server.world.sasl.accounts.set(account, 'secret');
    const { host, port } = server;
    world = await openWorld({
      irc: [
        {
          ...{ network: 'lab', host, port, tls: false, nick: 'deployday', channels: ['#room'] },
          ...{ identify: 'account', linesPerSecond: 50 },
        },
      ],
    });
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all(people.map((person) => person.quit()));
    await server?.remove();
  });

  it('is not read by the next one who has the nick, when the connection broke before it was said', async () => {
    const alice = await enter('alice', 'alice');
    // The line reaches the bot, and its connection breaks before it can answer.
    server
      .client('deployday')
      .raw('@msgid=p1;account=alice :alice!alice@client.test PRIVMSG deployday :link');
    server.cut('deployday', 'Closing Link: (Connection reset)');
    await alice.quit();
    const mallory = await enter('alice', 'mallory');
    await until(
      () => world.said().logged.find((line) => /@alice: a message cannot be delivered/.test(line)),
      {
        what: 'a line in the log',
        withinMs: 30_000,
      },
    );
    mallory.say('deployday', 'whoami');
    await mallory.waitFor(/ PRIVMSG alice :You are .*mallory/, 30_000);
    expect(saidTo('alice').filter((text) => text.includes('code'))).toEqual([]);
  });
});
