import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../bot/config/package-root.ts';
import type { LabPoolConfig } from '../../bot/config/types.ts';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { tracesOf } from '../engine/providers/lab/here.ts';
import { openWorld, type World } from './world.ts';

/** A bot with a pool `lab` of machines that it makes; the blueprints are those that come with it, if none are given. */
export function openLabWorld(
  options: Pick<LabPoolConfig, 'nodes' | 'zones' | 'suite'>,
  blueprints: readonly string[] = [join(packageRoot(), 'blueprints')],
): Promise<World> {
  // Base and packages are kept with the checkout, so that a second run downloads nothing.
  const cache = join(packageRoot(), '.cache', 'lab');
  const lab = { pool: 'lab', provider: 'lab', cache, heavySlots: 2, ...options } as const;
  return openWorld({ pools: [lab], blueprints });
}

/** Ends a world whose pool `lab` made machines, and sees that nothing of them is left on this host. */
export async function closeLabWorld(world: World): Promise<void> {
  const dir = join(world.config.data, 'lab');
  const { id } = JSON.parse(readFileSync(join(dir, 'lab.json'), 'utf8')) as { id: string };
  await world.app.stop();
  await destroyLab(dir);
  await world.close();
  expect(tracesOf(id)).toEqual([]);
}
