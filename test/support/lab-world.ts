import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { tracesOf } from '../engine/providers/lab/here.ts';
import type { World } from './world.ts';

/** Ends a world whose pool `lab` made machines, and sees that nothing of them is left on this host. */
export async function closeLabWorld(world: World): Promise<void> {
  const dir = join(world.config.data, 'lab');
  const { id } = JSON.parse(readFileSync(join(dir, 'lab.json'), 'utf8')) as { id: string };
  await world.app.stop();
  await destroyLab(dir);
  await world.close();
  expect(tracesOf(id)).toEqual([]);
}
