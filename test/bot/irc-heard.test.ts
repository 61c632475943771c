import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD } from '../support/irc/needs.ts';
import type { IrcServer } from '../support/irc/server.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = '#deploy-day';

await describeWithPackages(INSPIRCD, 'what is heard on IRC', () => {
  let server: IrcServer;
  let wire: TcpProxy;
  let world: World;
  let alice: IrcPerson;
  let bob: IrcPerson;
  let count = 0;

  const enter = async (nick: string): Promise<IrcPerson> => {
    const person = await connectPerson(server, { nick });
    await person.join(ROOM);
    return person;
  };

  beforeAll(async () => {
    server = await startInspircd({ services: false });
    wire = await startProxy(server);
    [alice, bob] = [await enter('alice'), await enter('bob')];
    // The channel keeps what was said, and plays it back to whoever joins.
    alice.write(`MODE ${ROOM} +H 50:1h`);
    await alice.settled();
    world = await openWorld({
      irc: [
        {
          network: 'lab',
          host: '127.0.0.1',
          port: wire.port,
          tls: false,
          nick: 'deployday',
          channels: [ROOM],
          identify: 'nick',
          linesPerSecond: 5,
        },
      ],
    });
    await bob.waitFor(/^:deployday!\S+ JOIN/, 30_000).catch(() => {});
  });
  afterAll(async () => {
    await world?.close();
    for (const person of [alice, bob]) await person?.quit();
    await wire?.stop();
    await server?.remove();
  });

  const said = (part: string) =>
    bob.lines.filter(
      (line) => line.startsWith(':deployday!') && line.includes(` PRIVMSG ${ROOM} :`) && line.includes(part),
    );
  /** A typo that nobody has made before, and what the bot says to it. */
  const typo = (): string => `stauts once-${++count}x`;
  const nameIn = (line: string) => line.split(' ')[1] ?? '';
  const answersTo = (line: string) => said(`status ${nameIn(line)}`);
  const answered = (line: string) =>
    bob.waitFor(new RegExp(`^:deployday!\\S+ PRIVMSG ${ROOM} :.*status ${nameIn(line)}\\b`), 40_000);
  /** Everything that was heard before is answered. */
  async function settled(): Promise<void> {
    const line = typo();
    alice.say(ROOM, `!${line}`);
    await answered(line);
  }

  it('acts once on what is played back after a reconnect, and by the next process', async () => {
    const line = typo();
    alice.say(ROOM, `!${line}`);
    await answered(line);
    for (const again of [async () => wire.cut(), () => world.restart()]) {
      await again();
      await bob.waitFor(/^:deployday!\S+ JOIN/, 40_000);
      await settled();
      expect(answersTo(line)).toHaveLength(1);
    }
  });

  it('takes nobody for a flood by what is played back to the next process', async () => {
    for (let time = 0; time < 14; time++) await settled();
    await world.restart();
    await bob.waitFor(/^:deployday!\S+ JOIN/, 40_000);
    await settled();
    expect(said('of your commands wait already')).toEqual([]);
  });

  it('acts once on what was said while it was away, since the channel keeps history', async () => {
    const line = typo();
    wire.cut();
    await bob.waitFor(/^:deployday!\S+ QUIT/, 40_000);
    alice.say(ROOM, `!${line}`);
    await answered(line);
    await world.restart();
    await bob.waitFor(/^:deployday!\S+ JOIN/, 40_000);
    await settled();
    expect(answersTo(line)).toHaveLength(1);
  });

  it('leaves other bots alone: notices, those that say they are bots, and itself', async () => {
    const line = typo();
    const robot = await enter('robot');
    robot.write('MODE robot +B');
    await robot.settled();
    robot.say(ROOM, `!${line}`);
    robot.write(`NOTICE ${ROOM} :!${line}`);
    robot.write(`PRIVMSG ${ROOM} :\x01ACTION !${line}\x01`);
    await settled();
    expect(answersTo(line)).toEqual([]);
    await robot.quit();
  });

  it('answers others while one person floods the channel, with one notice', async () => {
    const before = said('').length;
    for (let time = 0; time < 40; time++) alice.say(ROOM, `!stauts flood-${time}`);
    await alice.settled();
    bob.say(ROOM, '!whoami');
    await bob.waitFor(/^:deployday!\S+ PRIVMSG \S+ :You are bob/, 40_000);
    const meanwhile = said('').slice(before);
    expect(meanwhile.length).toBeLessThan(14);
    expect(meanwhile.filter((line) => line.includes('of your commands wait already'))).toHaveLength(1);
  });
});
