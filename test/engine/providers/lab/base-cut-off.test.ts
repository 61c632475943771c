import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureBase } from '../../../../engine/providers/lab/base.ts';
import { confined } from '../../../../engine/providers/lab/confined.ts';
import { describeIf, needHost } from '../../../support/needs.ts';
import { until } from '../../../support/until.ts';
import { type FakeBuilder, fakeBuilder } from './fake-builder.ts';

const need = needHost({ root: true, mounts: true, commands: ['setpriv', 'flock'] });

describeIf(need)('a build of the base file system that does not come to its end', () => {
  let builder: FakeBuilder;
  beforeEach(async () => {
    builder = await fakeBuilder();
  });
  afterEach(() => builder.remove());

  const building = () => until(builder.isBuilding, { what: 'the build', withinMs: 30_000 });
  const isGone = async () => (await builder.processes()).length === 0;
  const gone = () => until(isGone, { what: 'its processes to be gone', withinMs: 30_000 });
  const begin = (signal?: AbortSignal) => {
    const cacheDir = join(builder.work, 'cache');
    const said: string[] = [];
    const progress = (line: string) => void said.push(line);
    const options = { cacheDir, suite: 'bookworm', progress, ...(signal ? { signal } : {}) } as const;
    const base = ensureBase(options).then(
      () => 'built',
      (error: Error) => error.message,
    );
    return { base, said, kept: async () => (await readdir(cacheDir)).filter((name) => name !== 'base.lock') };
  };

  test('leaves no process and no mount when who has begun it is killed', async () => {
    const target = join(builder.work, 'building-x');
    await mkdir(target);
    const [program, ...words] = confined(builder.command(target));
    const code = `require('child_process').spawn(...${JSON.stringify([program, words])}, { stdio: 'ignore' })`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
    await building();
    expect(await builder.mounts()).toEqual([]);
    const ended = once(parent, 'exit');
    parent.kill('SIGKILL');
    await ended;
    await gone();
    expect(await builder.mounts()).toEqual([]);
  });

  test('is ended when it is not wanted any more, though it would go on for ever, and leaves nothing', async () => {
    const over = new AbortController();
    const { base, said, kept } = begin(over.signal);
    await building();
    await until(() => said.includes('base file system: installing packages'), {
      what: 'a line of its progress',
      withinMs: 30_000,
    });
    over.abort(new Error('not wanted any more'));
    expect(await base).toBe('not wanted any more');
    await gone();
    expect(await kept()).toEqual([]);
    expect(await builder.mounts()).toEqual([]);
  });

  test('who waits for another process to build it stops waiting at once', async () => {
    const first = new AbortController();
    const second = new AbortController();
    const one = begin(first.signal);
    await building();
    const two = begin(second.signal);
    await until(() => two.said.some((line) => line.includes('waiting for it')), {
      what: 'the waiting',
      withinMs: 30_000,
    });
    second.abort(new Error('gave up'));
    expect(await two.base).toBe('gave up');
    expect(await isGone()).toBe(false);
    first.abort(new Error('over'));
    expect(await one.base).toBe('over');
  });
});
