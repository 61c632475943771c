import { existsSync } from 'node:fs';
import { lockFolder } from '../../db/embedded/lock.ts';
import { ProviderError } from '../../engine/provider.ts';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { labFolderOf } from '../parts/pools.ts';
import { StartError } from '../start-error.ts';
import type { Invocation } from './invocation.ts';

/** `deployday lab destroy`: takes machines, network, layers and base of every lab pool off this host. */
export async function labDestroy({ config }: Invocation): Promise<number> {
  for (const { pool, provider } of config.pools) {
    if (provider !== 'lab') continue;
    const removed = await destroyUnused(labFolderOf(config, pool));
    for (const line of removed) process.stdout.write(`pool ${pool}: ${line}\n`);
    if (removed.length === 0) process.stdout.write(`pool ${pool}: there was nothing to remove\n`);
  }
  return 0;
}

async function destroyUnused(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const lock = lockFolder(folder, (where, holder) => {
    const by = holder ? `pid ${holder.pid} (started ${holder.started})` : 'another process';
    return `the lab in ${where} is in use by ${by}; stop it first`;
  });
  try {
    return await destroyLab(folder);
  } catch (error) {
    if (error instanceof ProviderError) throw new StartError(error.message);
    throw error;
  } finally {
    lock.release();
  }
}
