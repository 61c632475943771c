import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { IrcNetwork } from '../../bot/config.ts';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../support/irc/needs.ts';
import { startNgircd } from '../support/irc/ngircd.ts';
import type { IrcServer } from '../support/irc/server.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = '#deploy-day';
const blueprints = [join(import.meta.dirname, 'blueprints')];
/** The machines that the runs go on. */
const SSHD = ['openssh-server', 'openssh-client'];

function network(server: IrcServer, changes: Partial<IrcNetwork> = {}): IrcNetwork {
  const { host, port } = server;
  const usual = { network: 'lab', nick: 'deployday', channels: [ROOM], identify: 'account' as const };
  return { ...usual, host, port, tls: false, linesPerSecond: 50, ...changes };
}

/** What the bot says to the room. */
const said = (text: string) => new RegExp(`^:deployday!\\S+ PRIVMSG ${ROOM} :.*${text}`);
const linesSaidTo = (person: IrcPerson): string[] =>
  person.lines.flatMap((line) => (said('').test(line) ? [line.replace(/^.*? PRIVMSG \S+ :/, '')] : []));

await describeWithPackages([...INSPIRCD, ...SSHD], 'a deploy day on IRC', () => {
  let server: IrcServer;
  let world: World;
  let alice: IrcPerson;
  let bob: IrcPerson;
  let guest: IrcPerson;

  const enter = async (nick: string, account?: string): Promise<IrcPerson> => {
    const login = account === undefined ? {} : { account, password: 'correcthorse' };
    const person = await connectPerson(server, { nick, ...login });
    await person.join(ROOM);
    return person;
  };

  beforeAll(async () => {
    server = await startInspircd();
    for (const account of ['Alice', 'Bob', 'Boss']) {
      const founder = await connectPerson(server, { nick: 'founder' });
      await founder.register(account, 'correcthorse');
      await founder.quit();
    }
    world = await openWorld({
      machines: 2,
      blueprints,
      irc: [network(server)],
      admins: ['irc:lab/Boss'],
    });
    alice = await enter('alice', 'Alice');
    bob = await enter('bob', 'Bob');
    guest = await enter('guest');
  });
  afterAll(async () => {
    await world?.close();
    for (const person of [alice, bob, guest]) await person?.quit();
    await server?.remove();
  });

  it('provisions for somebody with an account: one line at the start, one outcome, for all to see', async () => {
    alice.say(ROOM, '!provision demo from trial node=2');
    await guest.waitFor(said('demo: provisioning … watch http://127\\S+$'));
    await guest.waitFor(said('demo ready in .*: 2 checks passed, baseline kept'), 40_000);
    expect(linesSaidTo(guest)).toHaveLength(2);
  });

  it('lets somebody without an account watch and ask, and says why not more', async () => {
    guest.say(ROOM, '!status demo');
    await guest.waitFor(said('demo: ready, from trial in pool rack'));
    guest.say(ROOM, 'deployday: destroy demo');
    await guest.waitFor(said('Not allowed: destroy is only for people whose account .*log in'));
    guest.say(ROOM, '!whoami');
    await guest.waitFor(said('You are guest; this service does not vouch for an account'));
  });

  it('knows people by their account, whatever the nick', async () => {
    guest.write('NICK boss');
    await guest.waitFor(/ NICK :?boss/);
    guest.say(ROOM, '!destroy demo');
    await guest.waitFor(said('Not allowed: destroy is only for people whose account'));
    const boss = await enter('somebody', 'Boss');
    boss.say(ROOM, '!whoami');
    await boss.waitFor(said('You are somebody \\(irc:lab/boss\\), admin'));
    await boss.quit();
  });

  it('lets only its maker or an operator destroy', async () => {
    bob.say(ROOM, '!destroy demo');
    await bob.waitFor(said('Not allowed: destroy needs .*operator.*; you are a participant'));
  });

  it('answers two people at once, one of whom mistypes', async () => {
    alice.say(ROOM, '!verify demo');
    bob.say(ROOM, '!stauts demo');
    await bob.waitFor(said('did you mean status\\? — try: status demo'));
    await alice.waitFor(said('demo verified in'));
  });

  it('helps in few lines when it is addressed by name, and answers a direct message there', async () => {
    const before = linesSaidTo(alice).length;
    alice.say(ROOM, 'deployday: help');
    await alice.waitFor(said('provision'));
    alice.say('deployday', 'envs');
    await alice.waitFor(/^:deployday!\S+ PRIVMSG alice :.*demo/);
    expect(linesSaidTo(alice).length - before).toBeLessThan(12);
  });

  it('cuts long output to a few lines, the last ones, and a link to all of it', async () => {
    const before = linesSaidTo(alice).length;
    alice.say(ROOM, '!run demo -- seq 500');
    await alice.waitFor(said('demo: command done on 2 nodes'));
    alice.say(ROOM, '!whoami');
    await alice.waitFor(said('You are alice'));
    const lines = linesSaidTo(alice).slice(before);
    expect(lines.length).toBeLessThan(15);
    expect(lines.join('\n')).toMatch(/of 500 lines/);
    const link = /http:\S+\/runs\/\d+/.exec(lines.join('\n'))?.[0];
    const log = await (await fetch(`${link}/log?node=node-1`)).text();
    expect(log).toBe(Array.from({ length: 500 }, (_, at) => `${at + 1}\n`).join(''));
  });

  it('tells the outcome once, after a server that was restarted in the middle of a run', async () => {
    alice.say(ROOM, '!run demo -- while [ ! -e "$HOME/go" ]; do sleep 0.1; done; echo through');
    await alice.waitFor(said('demo: running the command'));
    await server.stop();
    for (const { home } of world.sshds) await writeFile(join(home, 'go'), '');
    await server.start();
    alice = await enter('alice', 'Alice');
    await alice.waitFor(said('through'), 60_000);
    alice.say(ROOM, '!destroy demo');
    await alice.waitFor(said('demo destroyed'));
    expect(linesSaidTo(alice).filter((line) => line.includes('command done on 2 nodes'))).toHaveLength(1);
  });
});

await describeWithPackages([...NGIRCD, ...SSHD], 'a deploy day on a server without accounts', () => {
  let server: IrcServer;
  let world: World;
  let alice: IrcPerson;
  beforeAll(async () => {
    server = await startNgircd();
    alice = await connectPerson(server, { nick: 'alice' });
    await alice.join(ROOM);
  });
  afterEach(() => world?.close());
  afterAll(async () => {
    await alice?.quit();
    await server?.remove();
  });
  const openWith = async (identify: IrcNetwork['identify']) => {
    world = await openWorld({ machines: 1, blueprints, irc: [network(server, { identify })] });
  };

  it('lets people watch, and refuses changes with the reason', async () => {
    await openWith('account');
    alice.say(ROOM, '!provision demo from trial');
    await alice.waitFor(
      said('Not allowed: provision is only for people whose account the chat service vouches for'),
    );
    alice.say(ROOM, '!envs');
    await alice.waitFor(said('[Nn]o environments yet'));
  });

  it('lets them change where nicks are believed, and the start says that this is a risk', async () => {
    await openWith('nick');
    expect(world.said().logged.join('\n')).toMatch(/whoever takes a nick has that person's rights/);
    alice.say(ROOM, '!provision demo from trial');
    await alice.waitFor(said('demo ready in'), 20_000);
  });
});

await describeWithPackages([...INSPIRCD, ...NGIRCD, ...SSHD], 'a deploy day on two networks at once', () => {
  it('answers each where it was asked, and one that goes away does not hold up the other', async () => {
    const lab = await startInspircd();
    const home = await startNgircd();
    const irc = [network(lab), network(home, { network: 'home' })];
    const world = await openWorld({ machines: 1, blueprints, irc });
    const here = await connectPerson(lab, { nick: 'here' });
    const there = await connectPerson(home, { nick: 'there' });
    try {
      await here.register('somebody', 'correcthorse');
      await here.join(ROOM);
      await there.join(ROOM);
      here.say(ROOM, '!whoami');
      await here.waitFor(said('irc:lab/somebody'));
      there.say(ROOM, '!whoami');
      await there.waitFor(said('does not vouch for an account'));
      await home.stop();
      here.say(ROOM, '!provision demo from trial');
      await here.waitFor(said('demo ready in'), 20_000);
      expect(linesSaidTo(there)).toHaveLength(1);
    } finally {
      await world.close();
      await Promise.all([here.quit(), there.quit()]);
      await Promise.all([lab.remove(), home.remove()]);
    }
  });
});
