import { hostname } from 'node:os';
import { type Duty, type HeldBy, takePool } from '../../db/duties.ts';
import { type FolderLock, lockFolder } from '../../db/embedded/lock.ts';
import { DUTY_SECONDS } from '../duty/held.ts';
import type { Store } from './store.ts';

/**
 * The right to drive the machines of a lab. They are in one folder of one host: on that host one process at a time has it
 * (the kernel's lock on the folder says which), and no other host, as long as environments have machines there. `settled`: when
 * nothing is under way any more with its machines here.
 */
export function createLabDuty(
  { database }: Pick<Store, 'database'>,
  pool: string,
  folder: string,
  settled: () => Promise<void> = async () => {},
) {
  const place = `${hostname()}:${folder}`;
  let lock: FolderLock | null = null;
  /** How often it was taken, or let go of. */
  let turn = 0;

  function release(): void {
    lock?.release();
    lock = null;
  }

  /** Nobody else gets the folder before what is under way is done; this process may have it again before that. */
  function letGo(): void {
    turn += 1;
    const mine = turn;
    void settled().then(() => {
      if (turn === mine) release();
    });
  }

  return {
    async take(): Promise<Duty | HeldBy> {
      let heldBy: string | null = null;
      const isKept = lock !== null;
      turn += 1;
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
      const giveBack = isKept ? letGo : release;
      const got = await takePool(database.db, pool, place, DUTY_SECONDS).catch((error: Error) => {
        // The database may be away for this process alone.
        giveBack();
        throw error;
      });
      if ('heldBy' in got) giveBack();
      return got;
    },
    letGo,
    /** Gives the folder to others at once: this process ends, and what it is doing with it. */
    release,
  };
}
