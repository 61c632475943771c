import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IrcNetwork } from '../../bot/config.ts';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD, NGIRCD } from '../support/irc/needs.ts';
import { startNgircd } from '../support/irc/ngircd.ts';
import type { IrcServer } from '../support/irc/server.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'blueprints')];
const SSHD = ['openssh-server', 'openssh-client'];
const ROOM = '#deploy-day';

const network = (port: number, changes: Partial<IrcNetwork> = {}): IrcNetwork => ({
  network: 'lab',
  host: '127.0.0.1',
  port,
  tls: false,
  nick: 'deployday',
  channels: [ROOM],
  identify: 'account',
  linesPerSecond: 50,
  ...changes,
});

/** What the bot said in the room, as this person saw it. */
const saidTo = (person: IrcPerson) =>
  person.lines.flatMap((line) => {
    const said = /^:deployday!\S+ PRIVMSG #deploy-day :(.*)$/.exec(line);
    return said?.[1] === undefined ? [] : [said[1]];
  });

await describeWithPackages([...INSPIRCD, ...SSHD], 'a deploy day on IRC', () => {
  let server: IrcServer;
  let proxy: TcpProxy;
  let world: World;
  let alice: IrcPerson;
  let bob: IrcPerson;
  let guest: IrcPerson;

  const enter = async (nick: string, account?: string) => {
    const person = await connectPerson(server, {
      nick,
      ...(account ? { account, password: 'correcthorse' } : {}),
    });
    await person.join(ROOM);
    return person;
  };

  beforeAll(async () => {
    server = await startInspircd();
    for (const [nick, account] of [
      ['alice', 'alice'],
      ['bob', 'bob'],
      ['root', 'boss'],
    ] as const) {
      const person = await connectPerson(server, { nick });
      await person.register(account, 'correcthorse');
      await person.quit();
    }
    proxy = await startProxy(server);
    world = await openWorld({
      machines: 2,
      blueprints,
      irc: [network(proxy.port)],
      admins: ['irc:lab/boss'],
    });
    alice = await enter('alice', 'alice');
    bob = await enter('bob', 'bob');
    guest = await enter('guest');
  });
  afterAll(async () => {
    for (const person of [alice, bob, guest]) await person?.quit();
    await world?.close();
    await proxy?.stop();
    await server?.remove();
  });

  it('provisions for somebody with an account: one line at the start, one outcome', async () => {
    alice.say(ROOM, '!provision demo from trial node=2');
    await alice.waitFor(/PRIVMSG #deploy-day :demo: provisioning … watch http:\S+$/);
    await alice.waitFor(/PRIVMSG #deploy-day :demo ready in .*: 2 checks passed, baseline kept/);
    expect(saidTo(alice).filter((line) => /^demo ready/.test(line))).toHaveLength(1);
  });

  it('tells somebody without an account why not, and how to log in; asking is free', async () => {
    guest.say(ROOM, '!destroy demo');
    const refused = await guest.waitFor(/PRIVMSG #deploy-day :Not allowed/);
    expect(refused).toMatch(/destroy is only for people whose account .* log in to your account here/);
    guest.say(ROOM, '!status demo');
    await guest.waitFor(/PRIVMSG #deploy-day :demo: ready, from trial/);
    guest.say(ROOM, '!whoami');
    await guest.waitFor(/PRIVMSG #deploy-day :You are guest; this service does not vouch for/);
  });

  it('does not believe the nick of an admin', async () => {
    const imposter = await enter('boss');
    imposter.say(ROOM, '!destroy demo');
    await imposter.waitFor(/Not allowed: destroy is only for people whose account/);
    await imposter.quit();
    // With the account it is the person, whatever the nick.
    const boss = await enter('someone', 'boss');
    boss.say(ROOM, '!whoami');
    await boss.waitFor(/You are someone \(irc:lab\/boss\), admin/);
    await boss.quit();
  });

  it('lets only its maker or an operator destroy', async () => {
    bob.say(ROOM, '!destroy demo');
    await bob.waitFor(
      /Not allowed: destroy needs the role operator, or having created the environment; you are a participant/,
    );
  });

  it('answers two people, one of whom mistypes', async () => {
    alice.say(ROOM, '!verify demo');
    bob.say(ROOM, '!stauts demo');
    await bob.waitFor(/PRIVMSG #deploy-day :.*did you mean status\?.*try: status demo/i);
    await alice.waitFor(/PRIVMSG #deploy-day :demo verified in/);
  });

  it('helps when it is addressed by name, in few lines', async () => {
    const before = saidTo(alice).length;
    alice.say(ROOM, 'deployday: help');
    await alice.waitFor(/PRIVMSG #deploy-day :.*provision/);
    alice.say(ROOM, '!whoami');
    await alice.waitFor(/You are alice/);
    expect(saidTo(alice).length - before).toBeLessThan(12);
  });

  it('answers a direct message there', async () => {
    alice.say('deployday', 'envs');
    await alice.waitFor(/^:deployday!\S+ PRIVMSG alice :.*demo/);
  });

  it('does not flood: a few lines of a long output, and the link to all of it', async () => {
    const before = saidTo(alice).length;
    alice.say(ROOM, '!run demo -- seq 500');
    await alice.waitFor(/PRIVMSG #deploy-day :demo: command done on 2 nodes/);
    alice.say(ROOM, '!whoami');
    await alice.waitFor(/You are alice/);
    const lines = saidTo(alice).slice(before);
    expect(lines.length).toBeLessThan(15);
    const link = /http:\S+\/runs\/\d+/.exec(lines.join('\n'))?.[0];
    const log = await (await fetch(`${link}/log?node=node-1`)).text();
    expect(log).toBe(Array.from({ length: 500 }, (_, i) => `${i + 1}\n`).join(''));
    // As people understand it: the last lines are what matters, and their number is told.
    expect(lines.join('\n')).toMatch(/of 500 lines/);
  });

  it('tells the outcome, once, though the server was restarted in the middle of the run', async () => {
    alice.say(ROOM, '!provision demo mode=waits');
    await alice.waitFor(/demo: provisioning/);
    const home = world.sshds[0]?.home ?? '';
    await until(
      async () => /start\nend\nstart\n$/.test(await readFile(join(home, 'trial/finish.log'), 'utf8')),
      {
        what: 'the step to wait',
      },
    );
    proxy.stall();
    proxy.cut();
    await server.stop();
    for (const sshd of world.sshds) await writeFile(join(sshd.home, 'go'), '');
    await until(
      async () =>
        ((await (await fetch(`${world.app.url}/api/environments/demo`)).json()) as { state: string })
          .state === 'ready',
      { what: 'the run to end', withinMs: 20_000 },
    );
    await server.start();
    alice = await enter('alice', 'alice');
    bob = await enter('bob', 'bob');
    guest = await enter('guest');
    proxy.resume();
    await alice.waitFor(/PRIVMSG #deploy-day :demo ready in/, 45_000);
    alice.say(ROOM, '!whoami');
    await alice.waitFor(/You are alice/);
    expect(saidTo(alice).filter((line) => /^demo ready/.test(line))).toHaveLength(1);
    expect(saidTo(alice).filter((line) => /provisioning …/.test(line))).toHaveLength(0);
  });

  it('gives the machines back', async () => {
    alice.say(ROOM, '!destroy demo');
    await alice.waitFor(/demo destroyed/);
  });
});

await describeWithPackages([...NGIRCD, ...SSHD], 'a server without accounts', () => {
  let server: IrcServer;
  let alice: IrcPerson;
  beforeAll(async () => {
    server = await startNgircd();
  });
  afterAll(async () => {
    await alice?.quit();
    await server?.remove();
  });

  const withWorld = async (identify: 'account' | 'nick', work: (world: World) => Promise<void>) => {
    const world = await openWorld({
      machines: 1,
      blueprints,
      irc: [network(server.port, { identify })],
      admins: ['irc:lab/alice'],
    });
    alice = await connectPerson(server, { nick: 'alice' });
    try {
      await alice.join(ROOM);
      await work(world);
    } finally {
      await alice.quit();
      await world.close();
    }
  };

  it('lets people watch, and refuses changes with the reason', () =>
    withWorld('account', async () => {
      alice.say(ROOM, '!status');
      await alice.waitFor(/no environments yet/i);
      alice.say(ROOM, '!provision demo from trial');
      await alice.waitFor(
        /Not allowed: provision is only for people whose account the chat service vouches for/,
      );
      alice.say(ROOM, '!envs');
      await alice.waitFor(/no environments yet/i);
    }));

  it('lets them change where the nick is to be believed, and says that this is a risk', () =>
    withWorld('nick', async (world) => {
      expect(world.said().logged.join('\n')).toMatch(/whoever takes a nick has that person's rights/);
      alice.say(ROOM, '!provision demo from trial');
      await alice.waitFor(/demo ready in/);
      alice.say(ROOM, '!destroy demo');
      await alice.waitFor(/demo destroyed/);
    }));
});
