import { lockDataFolder } from '../../db/embedded/lock.ts';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { labFolderOf } from '../parts/pools.ts';
import type { Invocation } from './invocation.ts';

/** `deployday lab destroy`: takes machines, network, layers and base of every lab pool off this host. */
export async function labDestroy({ config }: Invocation): Promise<number> {
  const lock = lockDataFolder(config.data);
  try {
    for (const { pool, provider } of config.pools) {
      if (provider !== 'lab') continue;
      const removed = await destroyLab(labFolderOf(config, pool));
      for (const line of removed) process.stdout.write(`pool ${pool}: ${line}\n`);
      if (removed.length === 0) process.stdout.write(`pool ${pool}: there was nothing to remove\n`);
    }
    return 0;
  } finally {
    lock.release();
  }
}
