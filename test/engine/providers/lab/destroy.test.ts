import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { labDestroy } from '../../../../bot/cli/lab.ts';
import type { Config } from '../../../../bot/config.ts';
import { ensureBase } from '../../../../engine/providers/lab/base.ts';
import { run } from '../../../../engine/providers/lab/command.ts';
import { destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { describeIf, needHost } from '../../../support/needs.ts';

describeIf(needHost({ root: true, mounts: true }))('a lab in whose folder something is mounted', () => {
  let work: string;
  let dir: string;
  let cacheDir: string;
  const mounted: string[] = [];

  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'lab destroy '));
    dir = join(work, 'lab');
    cacheDir = join(dir, 'cache');
    await mkdir(join(dir, 'machines'), { recursive: true });
    const record = { version: 1, id: 'zzzzz', driver: 'booted', cacheDir };
    await writeFile(join(dir, 'lab.json'), JSON.stringify(record));
  });
  afterEach(async () => {
    for (const point of mounted.splice(0)) await run(['umount', '--lazy', point]).catch(() => {});
    await rm(work, { recursive: true, force: true });
  });

  async function mount(point: string): Promise<void> {
    await mkdir(point, { recursive: true });
    await run(['mount', '-t', 'tmpfs', 'tmpfs', point]);
    mounted.push(point);
    await writeFile(join(point, 'precious'), '');
  }

  test('is removed when a builder that was killed has left that', async () => {
    await mount(join(cacheDir, 'building-x', 'dev'));
    await mount(join(cacheDir, 'building-x', 'dev', 'shm'));
    await writeFile(join(cacheDir, 'building-x.sources'), '');
    expect(await destroyLab(dir)).toContain(`removed ${dir}`);
    expect(await readdir(work)).toEqual([]);
  });

  test('is not removed when it is not ours, and is when that is unmounted', async () => {
    const point = join(cacheDir, 'packages');
    await mount(point);
    const refusal = `cannot remove ${dir}, because something is mounted there: unmount ${point} (umount), then try again`;
    await expect(destroyLab(dir)).rejects.toMatchObject({ name: 'ProviderError', message: refusal });
    const config = { data: work, pools: [{ pool: 'lab', provider: 'lab' }] } as unknown as Config;
    const asked = labDestroy({ config, packageRoot: '', version: '' });
    // What is printed without a stack.
    await expect(asked).rejects.toMatchObject({ name: 'StartError', message: refusal });
    expect(await readdir(point)).toEqual(['precious']);
    await run(['umount', point]);
    expect(await destroyLab(dir)).toContain(`removed ${dir}`);
    expect(await readdir(work)).toEqual([]);
  });

  test('is removed also when an earlier attempt has removed its record and left the rest', async () => {
    await mount(join(cacheDir, 'building-x', 'proc'));
    await rm(join(dir, 'lab.json'));
    expect(await destroyLab(dir)).toEqual([`removed ${dir}: what was left of a lab`]);
    expect(await readdir(work)).toEqual([]);
    expect(await destroyLab(dir)).toEqual([`no lab in ${dir}`]);
  });

  test('the next build removes what an earlier one has left', async () => {
    await mount(join(cacheDir, 'building-x', 'proc'));
    // No base can be made of it: what matters is what was done before.
    await writeFile(join(cacheDir, 'base.tar'), 'no archive');
    const failed = ensureBase({ cacheDir, suite: 'bookworm', progress: () => {} });
    await expect(failed).rejects.toThrow('cannot make the base file system');
    expect((await readdir(cacheDir)).sort()).toEqual(['base.lock', 'base.tar']);
  });
});
