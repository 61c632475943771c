import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { describeWithPackages, NGIRCD } from '../../support/irc/needs.ts';
import { startNgircd } from '../../support/irc/ngircd.ts';
import type { IrcServer } from '../../support/irc/server.ts';
import type { BotProcess } from '../../support/process.ts';
import { REDIS } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import { type Fleet, startFleet } from './fleet.ts';

const SSHD = ['openssh-server', 'openssh-client'];
const ROOM = '#deploy-day';
/** From the kill of a bot until another one answers in its place. */
const TAKEN_OVER_MS = 15_000;

await describeWithPackages([...REDIS, ...NGIRCD, ...SSHD], 'two bots on IRC', () => {
  let server: IrcServer;
  let fleet: Fleet;
  let alice: IrcPerson;
  let first: BotProcess;
  let second: BotProcess;

  beforeEach(async () => {
    server = await startNgircd();
    const network = {
      network: 'lab',
      host: server.host,
      port: server.port,
      tls: false,
      nick: 'deployday',
      channels: [ROOM],
      identify: 'nick',
      linesPerSecond: 50,
    };
    fleet = await startFleet({ machines: 1, config: [`irc: ${JSON.stringify([network])}`] });
    alice = await connectPerson(server, { nick: 'alice' });
    await alice.join(ROOM);
    first = await fleet.bot({ stdin: 'ignore' });
    await joined();
    second = await fleet.bot({ stdin: 'ignore' });
  });
  afterEach(async () => {
    await alice?.quit();
    await fleet?.remove();
    await server?.remove();
  });

  /** The next one of ours that comes into the room. */
  const joined = (within = TAKEN_OVER_MS) => alice.waitFor(/^:deployday\S* JOIN /, within);
  const asks = (line: string, answer: RegExp) => {
    alice.say(ROOM, line);
    return alice.waitFor(new RegExp(`^:deployday\\S* PRIVMSG ${ROOM} :.*${answer.source}`));
  };
  const said = (words: RegExp) =>
    alice.lines.filter((line) => /^:deployday\S* PRIVMSG /.test(line) && words.test(line));
  const owner = async (duty: string) => {
    const rows = await fleet.query<{ owner: string }>(
      `select owner from duties where name = '${duty}' and expires_at > now()`,
    );
    return [first, second].find(({ pid }) => rows[0]?.owner.endsWith(`/${pid}`));
  };

  it('are one: the other one stands by', async () => {
    expect(second.transcript()).toMatch(/chat: irc:lab is held by \S+; standing by/);
    await asks('!whoami', /You are alice/);
    await asks('!envs', /no environments yet/);
    expect(said(/You are alice/)).toHaveLength(1);
    expect(await owner('chat:irc:lab')).toBe(first);
    expect(await owner('notifier')).toBe(first);
  });

  it('go on when the one that talks is killed', async () => {
    await first.end('SIGKILL');
    await joined();
    await asks('!whoami', /You are alice/);
    expect(await owner('chat:irc:lab')).toBe(second);
    await until(async () => (await owner('notifier')) === second, { what: 'the notifier to be taken over' });
    await fleet.workers(1);
    await asks('!provision demo from trial', /demo: provisioning/);
    await alice.waitFor(/PRIVMSG #deploy-day :demo ready in/, 30_000);
  });

  it('hand over at once when the one that talks is asked to end', async () => {
    expect(await first.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
    // Shorter than a duty lasts.
    await joined(5_000);
    await asks('!whoami', /You are alice/);
    expect(said(/You are alice/)).toHaveLength(1);
  });

  it('do not both answer when the one that talks was paused, and is there again', async () => {
    await fleet.workers(1);
    first.pause();
    // Nobody but the paused one hears this.
    alice.say(ROOM, '!blueprints');
    await joined();
    await asks('!provision demo from trial', /demo: provisioning/);
    await alice.waitFor(/PRIVMSG #deploy-day :demo ready in/, 30_000);
    await asks('!whoami', /You are alice/);
    first.resume();
    await first.heard(/chat:irc:lab: another process has it/);
    await alice.waitFor(/^:deployday\S* QUIT /);
    await asks('!envs', /demo/);
    // The paused one has heard all of it, too, and acted on nothing.
    const received = await fleet.query<{ about: string }>('select about from received order by at');
    expect(received.map(({ about }) => about)).toEqual(['provision demo', 'whoami', 'envs']);
    for (const once of [/You are alice/, /demo: provisioning/, /demo ready in/]) {
      expect(said(once)).toHaveLength(1);
    }
    // It stands by, and takes its turn again.
    await second.end('SIGKILL');
    await joined();
    await asks('!status demo', /demo: ready/);
  });
});
