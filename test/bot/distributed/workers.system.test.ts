import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeWithPackages } from '../../support/irc/needs.ts';
import { type BotProcess, fileOn } from '../../support/process.ts';
import { REDIS } from '../../support/redis.ts';
import type { TestSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { type Fleet, pageOf, startFleet } from './fleet.ts';

const SSHD = ['openssh-server', 'openssh-client'];
/** From the kill of a process until another one has taken its runs. */
const TAKEN_OVER_MS = 15_000;

await describeWithPackages([...REDIS, ...SSHD], 'a bot and three workers', () => {
  let fleet: Fleet;
  let bot: BotProcess;
  let workers: BotProcess[];
  afterEach(() => fleet?.remove());

  const open = async (options: Parameters<typeof startFleet>[0] = {}) => {
    fleet = await startFleet({ machines: 3, ...options });
    [bot, workers] = await Promise.all([fleet.bot(), fleet.workers(3)]);
  };
  const machines = () => fleet.home.sshds;
  const goOn = (name: string) => Promise.all(machines().map((sshd) => writeFile(join(sshd.home, name), '')));
  const onEach = (check: (sshd: TestSshd) => Promise<boolean>) =>
    Promise.all(machines().map(check)).then((all) => all.every(Boolean));
  const started = (step: string) =>
    until(() => onEach(async (sshd) => (await fileOn(sshd, 'starts')).includes(step)), {
      what: `${step} to start on every node`,
      withinMs: 30_000,
    });
  /** Every step once on every node, and every line of its output once, in order, as it was printed. */
  const expectExactlyOnce = async () => {
    for (const [i, sshd] of machines().entries()) {
      expect(await fileOn(sshd, 'starts')).toBe('again\nonce\nwaits\n');
      const log = (step: string) => pageOf(bot, `/runs/1/log?node=node-${i + 1}&step=${step}`);
      expect(await log('again')).toBe(counted('again', 1, 200));
      expect(await log('once')).toBe(
        `${counted('once', 1, 200)}once half and half\n${counted('once', 201, 400)}`,
      );
      expect(await log('waits')).toBe(counted('waits', 1, 400));
    }
  };
  const others = (one: BotProcess) => workers.filter((each) => each !== one);
  const ready = () => bot.heard(/^demo ready in/, 60_000);
  const outcomes = () => bot.lines.filter((line) => /^demo (ready|failed|broke)/.test(line));

  it('finish a run whose worker is killed in the middle of a step: each step ran once, each line is there once', async () => {
    await open();
    await bot.ask('provision demo from counting node=3', /^demo: provisioning/);
    await started('once');
    const driver = await fleet.driverOf(1, workers);
    await driver.end('SIGKILL');
    const killed = Date.now();
    await fleet.driverOf(1, others(driver));
    expect(Date.now() - killed).toBeLessThan(TAKEN_OVER_MS);
    await goOn('go');
    await goOn('go-on');
    await ready();
    await expectExactlyOnce();
    expect(outcomes()).toHaveLength(1);
  });

  it('finish a run whose worker was paused for longer than its hold, and which then writes nothing more', async () => {
    await open();
    await bot.ask('provision demo from counting node=3', /^demo: provisioning/);
    await started('once');
    const driver = await fleet.driverOf(1, workers);
    driver.pause();
    await fleet.driverOf(1, others(driver));
    await goOn('go');
    await started('waits');
    driver.resume();
    await driver.heard(/the hold was lost|is driven by somebody else/);
    await goOn('go-on');
    await ready();
    await expectExactlyOnce();
    expect(outcomes()).toHaveLength(1);
    // It is as good as any other again.
    for (const each of others(driver)) await each.end('SIGTERM');
    await bot.ask('run demo -- echo still here', /demo: command done on 3 nodes/);
  });

  it('hand a run over at once when its worker is asked to end', async () => {
    await open();
    await bot.ask('provision demo from counting node=3', /^demo: provisioning/);
    await started('once');
    const driver = await fleet.driverOf(1, workers);
    const ending = await driver.end('SIGTERM');
    expect(ending).toMatchObject({ code: 0, err: '' });
    const ended = Date.now();
    await fleet.driverOf(1, others(driver));
    // Shorter than any hold lasts.
    expect(Date.now() - ended).toBeLessThan(5_000);
    await goOn('go');
    await goOn('go-on');
    await ready();
    await expectExactlyOnce();
  });

  it('do not need Redis once it was there: stopped, started and emptied in the middle of runs', async () => {
    await open();
    await bot.ask('provision demo from counting node=3', /^demo: provisioning/);
    await started('once');
    await fleet.redis.stop();
    for (const worker of workers) await worker.heard(/redis: cannot be reached/);
    await goOn('go');
    await goOn('go-on');
    await ready();
    await expectExactlyOnce();
    // A run that is asked for while Redis is away is found by looking.
    await bot.ask('run demo -- echo without', /demo: command done on 3 nodes/);
    await fleet.redis.start();
    for (const worker of workers) await worker.heard(/redis: back/);
    await bot.ask('run demo -- echo with', /demo: command done on 3 nodes/);
    await fleet.redis.flush();
    await bot.ask('run demo -- echo flushed', /demo: command done on 3 nodes/);
    for (const worker of workers) expect(worker.lines.filter((line) => /redis/.test(line))).toHaveLength(2);

    await fleet.redis.stop();
    for (const each of [bot, ...workers]) {
      const asked = Date.now();
      expect(await each.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
      expect(Date.now() - asked).toBeLessThan(5_000);
    }
  });

  it('work without Redis as well, by the notifications of the database', async () => {
    await open({ redis: false });
    await goOn('go');
    await goOn('go-on');
    await bot.ask('provision demo from counting node=3', /^demo: provisioning/);
    await ready();
    await expectExactlyOnce();
  });
});

function counted(word: string, from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => `${word} ${from + i}\n`).join('');
}
