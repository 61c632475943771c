import { join } from 'node:path';
import type { Database } from '../../db/client.ts';
import { heldMachines, setNodeState } from '../../db/environments.ts';
import { type Provider, ProviderError } from '../../engine/provider.ts';
import { createLabProvider } from '../../engine/providers/lab/lab.ts';
import { createSshProvider } from '../../engine/providers/ssh/ssh.ts';
import type { Transport } from '../../engine/transport.ts';
import type { Config, PoolConfig } from '../config.ts';
import { metKeysOf } from './met-keys.ts';

/** Where the machines of a lab pool live. `deployday lab destroy` looks there, too. */
export function labFolderOf(config: Config, pool: string): string {
  return join(config.data, pool === 'lab' ? 'lab' : `lab-${pool}`);
}

export interface ProvidersOptions {
  readonly config: Config;
  readonly database: Database;
  readonly transport: Transport;
  readonly log: (line: string) => void;
}

/** The providers of all pools, by pool name, in the configuration's order. */
export function createProviders(options: ProvidersOptions): Map<string, Provider> {
  return new Map(options.config.pools.map((pool) => [pool.pool, createProvider(pool, options)]));
}

/**
 * The same, for a process that starts runs and drives none: of a lab it knows how many machines there are, and takes the
 * worker that has it to run as root.
 */
export function createProvidersElsewhere(options: ProvidersOptions): Map<string, Provider> {
  const providers = createProviders(options);
  for (const [pool, provider] of providers) {
    if (provider.kind !== 'lab') continue;
    const can = { reset: true, snapshot: true, layers: provider.can.layers, packages: true };
    // Which layers are kept only that worker can see.
    const sharedLayers = async () => new Set<string>();
    const summary = 'machines made by the worker that has the lab';
    providers.set(pool, { ...provider, can, sharedLayers, summary });
  }
  return providers;
}

function createProvider(pool: PoolConfig, { config, database, transport, log }: ProvidersOptions): Provider {
  if (pool.provider === 'lab') {
    return createLabProvider({
      pool: pool.pool,
      nodes: pool.nodes,
      dir: labFolderOf(config, pool.pool),
      ...(pool.zones ? { zones: pool.zones } : {}),
      ...(pool.suite ? { suite: pool.suite } : {}),
      ...(pool.cache ? { cacheDir: pool.cache } : {}),
      ...(pool.layersGb === undefined ? {} : { layersGb: pool.layersGb }),
      log: (line) => log(`pool ${pool.pool}: ${line}`),
    });
  }
  return createSshProvider({ ...pool, transport, met: metKeysOf(config, database, pool.pool) });
}

/**
 * Makes the pool ready and finds the machines that environments have, starting those that had stopped. A pool that cannot be
 * made ready is said so once and tried again by the next provision; the rest goes on without it. Rejects with the reason of `signal` when
 * that ends it.
 */
export async function preparePool(
  provider: Provider,
  database: Database,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await provider.prepare((line) => say(`pool ${provider.pool}: ${line}`), signal);
    say(`pool ${provider.pool}: ${provider.capacity} machines, ${provider.summary}`);
    await findMachines(provider, database, say);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    say(`pool ${provider.pool} is not ready: ${error.message}`);
  }
}

async function findMachines(
  provider: Provider,
  database: Database,
  say: (line: string) => void,
): Promise<void> {
  const held = await heldMachines(database.db, provider.pool);
  await Promise.all(
    held.map(async ({ id, machine, environment, node, state }) => {
      const found = await provider.find(machine).catch((error: Error) => {
        say(`${environment}/${node} on ${machine} cannot be started: ${error.message}`);
        return null;
      });
      // A run that was asked for while the pool was being made ready has not made it yet.
      if (!found && state === 'new') return;
      await setNodeState(database.db, id, found);
      if (!found)
        say(`${environment}/${node}: its machine ${machine} is gone; provision or destroy ${environment}`);
      else say(`found ${environment}/${node} on ${machine} at ${found.address}`);
    }),
  );
}
