import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureBase, exportBase } from '../../../../engine/providers/lab/base.ts';
import { run } from '../../../../engine/providers/lab/command.ts';
import { createLabProvider, destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { runOn } from '../../../contracts/provider.ts';
import { describeIf, needHost } from '../../../support/needs.ts';
import { freshLabDir, sharedCache } from './here.ts';

describeIf(needHost({ root: true }))('base file system', () => {
  test('an exported base is taken in by another cache folder, and machines boot from it', async () => {
    const cacheDir = join(await mkdtemp(join(tmpdir(), 'lab-base-')), 'cache');
    const dir = freshLabDir();
    const provider = createLabProvider({ pool: 'lab', nodes: 1, dir, cacheDir });
    try {
      const shared = createLabProvider({
        pool: 'lab',
        nodes: 1,
        dir: join(dirname(dir), 'other'),
        cacheDir: sharedCache,
      });
      await shared.prepare(() => {});
      await shared.close();
      await destroyLab(join(dirname(dir), 'other'));
      await mkdir(join(cacheDir, 'building-x'), { recursive: true }); // left by a killed process
      const base = await ensureBase({ cacheDir: sharedCache, suite: 'bookworm', progress: () => {} });
      await exportBase(base, join(cacheDir, 'base.tar'));
      const said: string[] = [];
      await provider.prepare((line) => said.push(line));
      expect(said.join('\n')).toContain('unpacking the base file system from');
      expect((await readdir(cacheDir)).filter((name) => name.startsWith('building-'))).toEqual([]);
      await provider.create('n1', { hostname: 'imported' });
      expect(await runOn(await provider.endpoint('n1'), 'hostname; python3 -c "print(6 * 7)"')).toBe(
        'imported\n42',
      );
    } finally {
      await provider.close();
      await destroyLab(dir);
      for (const path of [dirname(dir), dirname(cacheDir)]) await rm(path, { recursive: true, force: true });
    }
  }, 600_000);
});

test('each suite has a base of its own, also where both are brought along', async () => {
  const work = await mkdtemp(join(tmpdir(), 'lab-suites-'));
  const progress = () => {};
  try {
    const cacheDir = join(work, 'cache');
    await mkdir(cacheDir);
    for (const [suite, tar] of Object.entries({ bookworm: 'base.tar', trixie: 'base-trixie.tar' })) {
      const tree = join(work, suite);
      for (const folder of ['ssh', 'pam.d', 'systemd/system', 'apt/sources.list.d'])
        await mkdir(join(tree, 'etc', folder), { recursive: true });
      await writeFile(join(tree, 'etc/pam.d/common-session'), '');
      await writeFile(join(tree, 'etc/debian_version'), suite);
      await run(['tar', '-C', tree, '-cf', join(cacheDir, tar), '.']);
    }
    const bookworm = await ensureBase({ cacheDir, suite: 'bookworm', progress });
    const trixie = await ensureBase({ cacheDir, suite: 'trixie', progress });
    expect(await readFile(join(bookworm, 'etc/debian_version'), 'utf8')).toBe('bookworm');
    expect(await readFile(join(trixie, 'etc/debian_version'), 'utf8')).toBe('trixie');
    expect(await readlink(join(trixie, 'etc/systemd/system/tmp.mount'))).toBe('/dev/null');
    expect(await readdir(join(bookworm, 'etc/systemd/system'))).not.toContain('tmp.mount');
    expect(await ensureBase({ cacheDir, suite: 'trixie', progress })).toBe(trixie);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});
