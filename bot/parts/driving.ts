import { setTimeout as pause } from 'node:timers/promises';
import { removeLeftFolders } from '../../engine/playbooks/left-folders.ts';
import type { Provider } from '../../engine/provider.ts';
import type { Queue } from '../../engine/queue.ts';
import type { Transport } from '../../engine/transport.ts';
import { startWorker } from '../../engine/worker.ts';
import type { Config } from '../config.ts';
import { type Standing, standFor } from '../duty/stand.ts';
import { atWorkIn } from './at-work.ts';
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
/** Pools that are ready by then are so before anybody is talked to; a base system to build takes minutes. */
const READY_WITHIN_MS = 3_000;

export interface Driving {
  /** Fulfilled with the reason when a pool that was still being made ready cannot be driven. */
  readonly died: Promise<Error>;
  stop(): Promise<void>;
}

/**
 * Makes the pools ready and drives their runs: those of every `ssh` pool, and of a lab that is this process's. What takes long
 * goes on after this resolves: runs in such a pool wait for it.
 */
export async function startDriving(options: DrivingOptions): Promise<Driving> {
  const { config, providers, database, listener, say, log } = options;
  const worker = startWorker({
    ...options,
    provider: providerOf,
    heavySlots: (pool) => config.pools.find((one) => one.pool === pool)?.heavySlots ?? 1,
    patienceMs: (pool) => config.pools.find((one) => one.pool === pool)?.patienceMs,
    holdSeconds: HOLD_SECONDS,
    sweepSeconds: SWEEP_SECONDS,
    willServe: (pool) => preparing.has(pool),
  });
  const labs: Standing[] = [];
  /** Providers of labs, whose work with machines is known. */
  const labProviders = new Map<string, Provider>();
  const ending = new AbortController();
  /** Pools that are still being made ready. */
  const preparing = new Set<string>();

  function providerOf(pool: string): Provider {
    const provider = labProviders.get(pool) ?? providers.get(pool);
    if (!provider)
      throw new Error(
        `pool ${pool} is not in the configuration any more: put it back under pools:, and start again`,
      );
    return provider;
  }

  async function serve(pool: string): Promise<void> {
    await preparePool(providerOf(pool), database, say, ending.signal);
    worker.serve(pool);
  }

  async function standForLab(pool: string): Promise<void> {
    const name = `pool:${pool}`;
    const { provider, settled } = atWorkIn(providerOf(pool));
    labProviders.set(pool, provider);
    const duty = createLabDuty(options, pool, labFolderOf(config, pool), settled);
    const standing = await standFor({
      name,
      database,
      listener,
      log,
      take: duty.take,
      begin(held) {
        let unserve = () => {};
        const begun = preparePool(provider, database, say, ending.signal).then(() => {
          unserve = worker.serve(pool, held.isSure);
        });
        const stop = async () => {
          await begun.catch(() => {});
          unserve();
          if (ending.signal.aborted) duty.release();
          else duty.letGo();
        };
        return { begun, stop };
      },
    });
    labs.push(standing);
    if (standing.first !== 'taken') say(`pool ${pool}: driven by ${standing.first.heldBy}; standing by`);
  }

  async function open({ pool, provider }: Config['pools'][number]): Promise<void> {
    preparing.add(pool);
    try {
      await (provider === 'lab' ? standForLab(pool) : serve(pool));
    } finally {
      preparing.delete(pool);
    }
  }

  const namesOf = (pools: ReadonlySet<string>) =>
    `${pools.size === 1 ? 'pool' : 'pools'} ${[...pools].join(', ')}`;

  const isOrAre = (pools: ReadonlySet<string>) => (pools.size === 1 ? 'is' : 'are');

  async function stop(): Promise<void> {
    ending.abort(new Error('this process ends'));
    if (preparing.size > 0)
      say(
        `${namesOf(preparing)} ${isOrAre(preparing)} not made ready any more, and the next start begins that anew; if ending takes long, Ctrl-C again ends at once`,
      );
    await Promise.allSettled(opening);
    // Runs first: nobody may drive a lab's runs while we still do.
    await worker.stop();
    await Promise.all(labs.map((lab) => lab.stop()));
  }

  // Of workers that were killed here: keys and secrets lie in them.
  void removeLeftFolders().then(
    (count) =>
      count > 0 && log(`removed what ${count} killed ${count === 1 ? 'playbook' : 'playbooks'} had left`),
    (error: Error) => log(`what killed playbooks have left could not be removed: ${error.message}`),
  );
  const opening = config.pools.map(open);
  const ready = Promise.all(opening);
  const failed = ready.then(
    () => new Promise<never>(() => {}),
    (error: Error) => error,
  );
  try {
    const late = new AbortController();
    const patience = pause(READY_WITHIN_MS, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([ready, patience]).finally(() => late.abort());
    if (preparing.size > 0)
      say(`commands are answered already; runs wait until ${namesOf(preparing)} ${isOrAre(preparing)} ready`);
    return { died: failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
