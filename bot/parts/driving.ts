import type { Provider } from '../../engine/provider.ts';
import type { Queue } from '../../engine/queue.ts';
import type { Transport } from '../../engine/transport.ts';
import { startWorker } from '../../engine/worker.ts';
import type { Config } from '../config.ts';
import { type Standing, standFor } from '../duty/stand.ts';
import { createLabDuty } from './lab-duty.ts';
import { labFolderOf, preparePool } from './pools.ts';
import type { Store } from './store.ts';

export interface DrivingOptions extends Store {
  readonly config: Config;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly transport: Transport;
  readonly queue: Queue;
  /** This process: host and pid. */
  readonly name: string;
  readonly say: (line: string) => void;
  readonly log: (line: string) => void;
}

/** With {@link SWEEP_SECONDS}, a killed worker's runs go on elsewhere within 11 s (docs/running-distributed.md). */
const HOLD_SECONDS = 9;
const SWEEP_SECONDS = 2;

/** Makes the pools ready and drives their runs: those of every `ssh` pool, and of a lab that is this process's. */
export async function startDriving(options: DrivingOptions): Promise<{ stop(): Promise<void> }> {
  const { config, providers, database, listener, say, log } = options;
  const worker = startWorker({
    ...options,
    provider: providerOf,
    heavySlots: (pool) => config.pools.find((one) => one.pool === pool)?.heavySlots ?? 1,
    patienceMs: (pool) => config.pools.find((one) => one.pool === pool)?.patienceMs,
    holdSeconds: HOLD_SECONDS,
    sweepSeconds: SWEEP_SECONDS,
  });
  const labs: Standing[] = [];

  function providerOf(pool: string): Provider {
    const provider = providers.get(pool);
    if (!provider)
      throw new Error(
        `pool ${pool} is not in the configuration any more: put it back under pools:, and start again`,
      );
    return provider;
  }

  async function serve(pool: string): Promise<void> {
    await preparePool(providerOf(pool), database, say);
    worker.serve(pool);
  }

  async function standForLab(pool: string): Promise<void> {
    const name = `pool:${pool}`;
    const duty = createLabDuty(options, pool, labFolderOf(config, pool));
    const standing = await standFor({
      name,
      database,
      listener,
      log,
      take: duty.take,
      begin(held) {
        let unserve = () => {};
        const begun = preparePool(providerOf(pool), database, say).then(() => {
          unserve = worker.serve(pool, held.isSure);
        });
        const stop = async () => {
          await begun.catch(() => {});
          unserve();
          duty.release();
        };
        return { begun, stop };
      },
    });
    labs.push(standing);
    if (standing.first !== 'taken') say(`pool ${pool}: driven by ${standing.first.heldBy}; standing by`);
  }

  async function stop(): Promise<void> {
    // Runs first: nobody may drive a lab's runs while we still do.
    await worker.stop();
    await Promise.all(labs.map((lab) => lab.stop()));
  }

  try {
    for (const { pool, provider } of config.pools) {
      await (provider === 'lab' ? standForLab(pool) : serve(pool));
    }
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
