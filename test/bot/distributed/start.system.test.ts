import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeWithPackages } from '../../support/irc/needs.ts';
import { REDIS } from '../../support/redis.ts';
import { type Fleet, startFleet } from './fleet.ts';

const SSHD = ['openssh-server', 'openssh-client'];

await describeWithPackages([...REDIS, ...SSHD], 'bots and workers are started', () => {
  let fleet: Fleet;
  afterEach(() => fleet?.remove());

  it.each(['bot', 'worker'])('a %s without DATABASE_URL is refused in one line', async (word) => {
    fleet = await startFleet({ redis: false });
    const { code, err } = await fleet.home.run([word], { DATABASE_URL: '' });
    expect(code).toBe(2);
    expect(err).toMatch(
      /^deployday: DATABASE_URL is not set: deployday \w+ .*; set it for every process, or .*\n$/,
    );
  });

  it.each(['bot', 'worker'])(
    'a %s with a Redis that refuses it is refused, without the password',
    async (word) => {
      fleet = await startFleet();
      const url = fleet.redis.url.replace('//', '//joe:sesame-open@');
      const { code, err, out } = await fleet.home.run([word], { REDIS_URL: url });
      expect(code).toBe(2);
      expect(err).toMatch(
        /^deployday: REDIS_URL: the Redis at redis:\/\/joe:\*+@127\.0\.0\.1:\d+ cannot be used: .*\n$/,
      );
      expect(err + out).not.toContain('sesame-open');
    },
  );

  it('with a Redis that is away: it is said, and everything works', async () => {
    fleet = await startFleet({ machines: 1 });
    await fleet.redis.stop();
    const bot = await fleet.bot();
    const [worker] = await fleet.workers(1);
    for (const each of [bot, worker]) {
      expect(each?.transcript()).toMatch(
        /warning: REDIS_URL: the Redis at \S+ cannot be reached: .*ECONNREFUSED/,
      );
    }
    await bot.ask('provision demo from trial', /^demo ready in/, 30_000);
    await fleet.redis.start();
    await worker?.heard(/redis: back/);
    await bot.ask('destroy demo', /^demo destroyed/);
  });

  it('everything in one process with both, as without', async () => {
    fleet = await startFleet({ machines: 1 });
    const all = await fleet.home.ready();
    await all.ask('provision demo from trial', /^demo ready in/, 30_000);
    expect(await all.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
  });

  it('a worker with another data folder knows the host keys that the first one has met', async () => {
    fleet = await startFleet({ machines: 1 });
    const { sshds, folder, configure } = fleet.home;
    const nodes = sshds.map(({ port }, i) => ({ name: `r${i + 1}`, address: '127.0.0.1', port }));
    const user = sshds[0]?.endpoint.user;
    await configure(
      `pools: ${JSON.stringify({ rack: { provider: 'ssh', user, key: './key', hostKeys: 'first-use', nodes } })}\n`,
    );
    const bot = await fleet.bot();
    const worker = (data: string) =>
      fleet.home.ready({ words: ['worker'], stdin: 'ignore', env: { DEPLOYDAY_DATA: join(folder, data) } });
    const first = await worker('one');
    await bot.ask('provision demo from hello', /^demo ready in/, 30_000);
    await first.end('SIGTERM');
    await worker('other');
    await bot.ask('run demo -- echo it is me', /^demo: command done/);
  });

  it('a worker leaves alone the runs of pools that it does not have', async () => {
    fleet = await startFleet({ machines: 1 });
    const bot = await fleet.bot();
    const other = join(fleet.home.folder, 'other.yaml');
    const node = { name: 'o1', address: '127.0.0.1', port: 1 };
    const pool = { provider: 'ssh', user: 'root', key: './key', hostKeys: 'first-use', nodes: [node] };
    await writeFile(other, `pools: ${JSON.stringify({ other: pool })}\n`);
    const stranger = await fleet.home.ready({ words: ['worker', '--config', 'other.yaml'], stdin: 'ignore' });
    await bot.ask('provision demo from trial', /^demo: provisioning/);
    const [worker] = await fleet.workers(1);
    await bot.heard(/^demo ready in/, 30_000);
    expect(stranger.transcript()).not.toMatch(/run 1/);
    const [run] = await fleet.query<{ hold_generation: number }>('select hold_generation from runs');
    expect(run?.hold_generation).toBe(1);
    await worker?.end('SIGTERM');
  });
});
