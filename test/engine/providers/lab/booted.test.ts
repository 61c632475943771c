import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createLabProvider, destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { describeProvider } from '../../../contracts/provider.ts';
import { describeIf, needHost } from '../../../support/needs.ts';
import { freshLabDir, labIdOf, sharedCache, tracesOf } from './here.ts';

describeIf(needHost({ root: true }))('booted machines', () => {
  const dir = freshLabDir();
  describeProvider('lab, booted', {
    open: () => createLabProvider({ pool: 'lab', nodes: 3, dir, cacheDir: sharedCache }),
    async removeAll() {
      await destroyLab(dir);
      await rm(dirname(dir), { recursive: true, force: true });
    },
    async traces() {
      const folders = ['machines', 'layers'].flatMap((sub) => readdirSync(join(dir, sub)));
      return [...folders, ...tracesOf(labIdOf(dir), 'n')];
    },
  });
});
