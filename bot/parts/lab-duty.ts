import { hostname } from 'node:os';
import { type Duty, type HeldBy, takePool } from '../../db/duties.ts';
import { type FolderLock, lockFolder } from '../../db/embedded/lock.ts';
import { DUTY_SECONDS } from '../duty/held.ts';
import type { Store } from './store.ts';

/**
 * The right to drive the machines of a lab. They are in one folder of one host: on that host one process at a time has it
 * (the kernel's lock on the folder says which), and no other host, as long as environments have machines there.
 */
export function createLabDuty({ database }: Pick<Store, 'database'>, pool: string, folder: string) {
  const place = `${hostname()}:${folder}`;
  let lock: FolderLock | null = null;

  function release(): void {
    lock?.release();
    lock = null;
  }

  return {
    async take(): Promise<Duty | HeldBy> {
      let heldBy: string | null = null;
      try {
        lock ??= lockFolder(folder, (_, holder) => {
          heldBy = holder ? `pid ${holder.pid} on this host` : 'another process on this host';
          return heldBy;
        });
      } catch (error) {
        if (heldBy === null) throw error;
        // The kernel tells of no end.
        return { heldBy, lapsesInMs: 0 };
      }
      const got = await takePool(database.db, pool, place, DUTY_SECONDS);
      if ('heldBy' in got) release();
      return got;
    },
    release,
  };
}
