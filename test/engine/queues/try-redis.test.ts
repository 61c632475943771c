import { afterAll, beforeAll, expect, it } from 'vitest';
import { tryRedis as tryPatiently } from '../../../engine/queues/try-redis.ts';
import { describeWithPackages } from '../../support/irc/needs.ts';
import { REDIS, startRedis, type TestRedis } from '../../support/redis.ts';

await describeWithPackages(REDIS, 'a Redis that is asked for the first time', () => {
  let open: TestRedis;
  let guarded: TestRedis;
  beforeAll(async () => {
    open = await startRedis();
    guarded = await startRedis(['--requirepass', 'secret']);
  });
  afterAll(async () => {
    await open?.remove();
    await guarded?.remove();
  });

  const tryRedis = (url: string) => tryPatiently(url, 1_000);
  const withLogin = (url: string, login: string) => url.replace('//', `//${login}@`);

  it('answers', async () => {
    expect(await tryRedis(open.url)).toEqual({ state: 'answers' });
    expect(await tryRedis(`${open.url}/3`)).toEqual({ state: 'answers' });
    expect(await tryRedis(withLogin(guarded.url, ':secret'))).toEqual({ state: 'answers' });
  });

  it('refuses what only another REDIS_URL mends, and says why', async () => {
    expect(await tryRedis(guarded.url)).toMatchObject({
      state: 'refuses',
      why: expect.stringMatching(/NOAUTH/),
    });
    expect(await tryRedis(withLogin(guarded.url, ':wrong'))).toMatchObject({
      state: 'refuses',
      why: expect.stringMatching(/WRONGPASS/),
    });
    expect(await tryRedis(withLogin(guarded.url, 'joe:secret'))).toMatchObject({
      state: 'refuses',
      why: expect.stringMatching(/WRONGPASS/),
    });
    expect(await tryRedis(`${open.url}/99`)).toMatchObject({
      state: 'refuses',
      why: expect.stringMatching(/index is out of range/),
    });
  });

  it('is away: nothing listens, no such host, no TLS there, or it does not answer', async () => {
    expect(await tryRedis('redis://127.0.0.1:1')).toMatchObject({
      state: 'away',
      why: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(await tryRedis('redis://nowhere.invalid')).toMatchObject({
      state: 'away',
      why: expect.stringMatching(/nowhere.invalid/),
    });
    expect(await tryRedis(open.url.replace('redis:', 'rediss:'))).toMatchObject({ state: 'away' });
    open.freeze();
    expect(await tryRedis(open.url)).toMatchObject({ state: 'away' });
    open.thaw();
  });
});
