import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IrcNetwork } from '../../bot/config.ts';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../support/irc/needs.ts';
import { startNgircd } from '../support/irc/ngircd.ts';
import type { IrcServer } from '../support/irc/server.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = '#deploy-day';
const blueprints = [join(import.meta.dirname, 'blueprints')];
/** The machine that the runs go on. */
const SSHD = ['openssh-server', 'openssh-client'];

function network(server: IrcServer, more: Partial<IrcNetwork> = {}): IrcNetwork {
  const { host, port } = server;
  const usual = { network: 'lab', nick: 'deployday', channels: [ROOM], identify: 'account' as const };
  return { ...usual, host, port, tls: false, linesPerSecond: 20, ...more };
}

/** What the bot says to the room. */
const said = (text: string) => new RegExp(`^:deployday!\\S+ PRIVMSG ${ROOM} :.*${text}`);

await describeWithPackages([...INSPIRCD, ...SSHD], 'the main job on IRC', () => {
  let server: IrcServer;
  let world: World;
  let alice: IrcPerson;
  let mallory: IrcPerson;

  beforeAll(async () => {
    server = await startInspircd();
    alice = await connectPerson(server, { nick: 'alice' });
    await alice.register('Alice', 'correcthorse');
    mallory = await connectPerson(server, { nick: 'mallory' });
    await alice.join(ROOM);
    await mallory.join(ROOM);
    world = await openWorld({ machines: 1, blueprints, irc: [network(server)], admins: ['irc:lab/Alice'] });
  });
  afterAll(async () => {
    await world?.close();
    await alice?.quit();
    await mallory?.quit();
    await server?.remove();
  });

  it('provisions for somebody with an account, and tells the outcome in the room', async () => {
    alice.say(ROOM, '!provision demo from trial');
    await mallory.waitFor(said('demo: provisioning … watch http://127'));
    await mallory.waitFor(said('demo ready in .*: 1 check passed, baseline kept'));
  });

  it('lets somebody without an account watch and ask, and says why not more', async () => {
    mallory.say(ROOM, '!status demo');
    await mallory.waitFor(said('demo: ready, from trial in pool rack'));
    mallory.say(ROOM, 'deployday: destroy demo');
    await mallory.waitFor(said('Not allowed: destroy is only for people whose account .*log in'));
    mallory.say(ROOM, '!whoami');
    await mallory.waitFor(said('does not vouch for an account'));
  });

  it('does not take a nick for the person', async () => {
    alice.write('NICK alice2');
    await alice.waitFor(/ NICK :?alice2/);
    mallory.write('NICK alice');
    await mallory.waitFor(/ NICK :?alice\b/);
    mallory.say(ROOM, '!destroy demo');
    await mallory.waitFor(said('Not allowed'));
    alice.say(ROOM, '!whoami');
    await alice.waitFor(said('irc:lab/alice.*admin'));
  });

  it('answers a typo with the right form', async () => {
    alice.say(ROOM, '!verfy demo');
    await alice.waitFor(said('did you mean verify\\? — try: verify demo'));
  });

  it('cuts long output to a few lines and a link to all of it', async () => {
    const before = alice.lines.length;
    alice.say(ROOM, '!run demo -- seq 500');
    await alice.waitFor(said('demo: command done on 1 node'));
    const more = await alice.waitFor(said('… \\d+ more: http'));
    expect(alice.lines.length - before).toBeLessThan(20);
    const link = /http:\S+/.exec(more)?.[0] ?? '';
    const log = await (await fetch(`${link}/log`)).text();
    expect(log.match(/^\D*(\d+)$/gm)).toHaveLength(500);
  });

  it('tells the outcome once, after a server that was restarted in the middle of a run', async () => {
    alice.say(ROOM, '!run demo -- while [ ! -e "$HOME/go" ]; do sleep 0.1; done; echo through');
    await alice.waitFor(said('demo: running the command'));
    await server.stop();
    await writeFile(join(world.sshds[0]?.home ?? '', 'go'), '');
    await server.start();
    const witness = await connectPerson(server, { nick: 'witness' });
    await witness.join(ROOM);
    await witness.waitFor(said('through'), 60_000);
    expect(witness.lines.filter((line) => line.includes('command done on 1 node'))).toHaveLength(1);
    await witness.quit();
  });
});

await describeWithPackages([...NGIRCD, ...SSHD], 'on a server without services', () => {
  let server: IrcServer;
  let bob: IrcPerson;
  beforeAll(async () => {
    server = await startNgircd();
    bob = await connectPerson(server, { nick: 'bob' });
    await bob.join(ROOM);
  });
  afterAll(async () => {
    await bob?.quit();
    await server?.remove();
  });

  it.each([
    ['account', 'Not allowed'],
    ['nick', 'demo ready'],
  ] as const)('identify: %s — %s', async (identify, answer) => {
    const world = await openWorld({ machines: 1, blueprints, irc: [network(server, { identify })] });
    try {
      bob.say(ROOM, '!provision demo from trial');
      await bob.waitFor(said(answer), 20_000);
    } finally {
      await world.close();
    }
  });
});
