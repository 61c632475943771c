import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureBase, exportBase } from '../../../../engine/providers/lab/base.ts';
import { createLabProvider, destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { runOn } from '../../../contracts/provider.ts';
import { freshLabDir, isRoot, sharedCache } from './here.ts';

describe.skipIf(!isRoot)('base file system (needs root)', () => {
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
