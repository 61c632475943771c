import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BullQueue, createBullQueue } from '../../../engine/queues/bullmq.ts';
import { describeWithPackages } from '../../support/irc/needs.ts';
import { REDIS, startRedis, type TestRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

await describeWithPackages(REDIS, 'BullMQ as the doorbell', () => {
  let redis: TestRedis;
  let open: BullQueue[];
  const said: string[] = [];
  beforeEach(async () => {
    redis = await startRedis();
    open = [];
    said.length = 0;
  });
  afterEach(async () => {
    redis.thaw();
    for (const queue of open) await queue.close();
    await redis.remove();
  });

  const join = () => {
    const queue = createBullQueue({ url: redis.url, log: (line) => said.push(line) });
    open.push(queue);
    return queue;
  };
  /** A worker's side: which runs it was rung for. */
  const listen = (
    queue: BullQueue,
    pool: string,
    answer: (runId: number) => Promise<void> = async () => {},
  ) => {
    const heard: number[] = [];
    const stop = queue.onRing(pool, (runId) => {
      heard.push(runId);
      return answer(runId);
    });
    return { heard, stop };
  };
  /** Rings until it is heard: a ring before the connection is there is one that is lost. */
  const ringUntilHeard = (bot: BullQueue, heard: readonly number[], id: number, pool = 'rack') =>
    until(
      async () => {
        await bot.ring({ id, pool });
        return heard.includes(id);
      },
      { what: `run ${id} to be rung for`, withinMs: 15_000, everyMs: 100 },
    );

  it('rings at one worker that serves the pool', async () => {
    const bot = join();
    const all = [listen(join(), 'rack'), listen(join(), 'rack')];
    const lab = listen(join(), 'lab');
    await ringUntilHeard(bot, lab.heard, 1, 'lab');
    const heard = () => all.flatMap(({ heard }) => heard);
    await until(
      async () => {
        await bot.ring({ id: 0, pool: 'rack' });
        return all.every(({ heard }) => heard.length > 0);
      },
      { what: 'both to be connected' },
    );
    await until(() => bot.ring({ id: 77, pool: 'rack' }).then(() => heard().includes(77)), {
      what: 'run 77',
    });
    expect(new Set(lab.heard)).toEqual(new Set([1]));
    for (let id = 100; id < 120; id += 1) await bot.ring({ id, pool: 'rack' });
    await until(() => heard().includes(119), { what: 'the last one' });
    expect(
      heard()
        .filter((id) => id >= 100)
        .sort(),
    ).toEqual(Array.from({ length: 20 }, (_, i) => 100 + i));
  });

  it('does not swallow a ring for a run that is just being answered for, and makes one of those that wait', async () => {
    const bot = join();
    let release = () => {};
    const answered: number[] = [];
    const worker = listen(join(), 'rack', async (id) => {
      if (id === 2)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      answered.push(id);
    });
    await ringUntilHeard(bot, worker.heard, 1);
    await bot.ring({ id: 2, pool: 'rack' });
    await until(() => worker.heard.includes(2), { what: 'the first ring' });
    for (let i = 0; i < 3; i += 1) await bot.ring({ id: 2, pool: 'rack' });
    release();
    await until(() => worker.heard.filter((id) => id === 2).length === 2, { what: 'the later rings' });
    release();
    await bot.ring({ id: 3, pool: 'rack' });
    await until(() => answered.includes(3), { what: 'the next run' });
    expect(answered.filter((id) => id === 2)).toHaveLength(2);
  });

  it('leaves nothing behind for a run that was taken', async () => {
    const bot = join();
    const worker = listen(join(), 'rack');
    await ringUntilHeard(bot, worker.heard, 1);
    const client = new Redis(redis.url);
    try {
      const left = async () =>
        (await client.keys('*')).filter((key) => /:(\d+|de:.*|dn:.*|active|wait)$/.test(key));
      await until(async () => (await left()).length === 0, { what: 'no job to be left' });
    } finally {
      client.disconnect();
    }
  });

  it('bears a Redis that goes away, comes back and forgets everything, and tells it once', async () => {
    const bot = join();
    const worker = listen(join(), 'rack');
    await ringUntilHeard(bot, worker.heard, 1);
    await redis.stop();
    await until(() => said.length === 2, { what: 'both sides to miss it' });
    await bot.ring({ id: 2, pool: 'rack' });
    await redis.start();
    await ringUntilHeard(bot, worker.heard, 3);
    await redis.flush();
    await ringUntilHeard(bot, worker.heard, 4);
    expect(said).toEqual([
      expect.stringMatching(/^redis: cannot be reached/),
      expect.stringMatching(/^redis: cannot be reached/),
      expect.stringMatching(/^redis: back/),
      expect.stringMatching(/^redis: back/),
    ]);
  });

  it.each<[string, (bot: BullQueue, heard: readonly number[]) => Promise<void>]>([
    ['is there', async (bot, heard) => ringUntilHeard(bot, heard, 1).then(() => {})],
    ['was never there', () => redis.stop()],
    [
      'is away',
      async (bot, heard) => {
        await ringUntilHeard(bot, heard, 1);
        await redis.stop();
        await until(() => said.length > 0, { what: 'it to be missed' });
      },
    ],
    [
      'does not answer',
      async (bot, heard) => {
        await ringUntilHeard(bot, heard, 1);
        redis.freeze();
      },
    ],
  ])('lets go soon when Redis %s', async (_, bring) => {
    const bot = join();
    const worker = listen(join(), 'rack');
    await bring(bot, worker.heard);
    const asked = performance.now();
    await Promise.all(open.splice(0).map((queue) => queue.close()));
    expect(performance.now() - asked).toBeLessThan(1_000);
  });
});
