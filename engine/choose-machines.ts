import type { Queryable } from '../db/client.ts';
import { heldMachines } from '../db/environments.ts';
import { environmentsAtWork } from '../db/runs.ts';
import type { Provider } from './provider.ts';
import { Refusal } from './refusal.ts';

/** So many machines of the pool that nobody holds, for the environment `name`; a {@link Refusal} when there are fewer. */
export async function chooseMachines(
  tx: Queryable,
  provider: Provider,
  count: number,
  name: string,
): Promise<string[]> {
  const held = await heldMachines(tx, provider.pool);
  const machines = provider.choose(count, new Set(held.map((row) => row.machine)));
  if (machines.length === count) return machines;
  const holders = new Map<string, number>();
  for (const { environment } of held) holders.set(environment, (holders.get(environment) ?? 0) + 1);
  const own = holders.get(name) ?? 0;
  if (own + count > provider.capacity) {
    throw new Refusal(
      `pool ${provider.pool} has ${provider.capacity} ${provider.capacity === 1 ? 'machine' : 'machines'} in all: ${name} would need ${own + count}`,
      'ask for fewer nodes, or give the pool more machines in the configuration',
    );
  }
  const free = provider.capacity - held.length;
  throw new Refusal(
    `pool ${provider.pool} is full: ${name} needs ${count} more, ${free} of ${provider.capacity} machines are free` +
      (holders.size > 0 ? `; held by ${[...holders.keys()].join(', ')}` : ''),
    holders.size > 0
      ? await whomToAsk(tx, provider.pool, holders, count - free, name)
      : `give the pool more machines in the configuration`,
  );
}

/** The other environment that would free `missing` machines and the fewest beyond, and that `destroy` is not refused for now. */
async function whomToAsk(
  tx: Queryable,
  pool: string,
  holders: ReadonlyMap<string, number>,
  missing: number,
  name: string,
): Promise<string> {
  const atWork = await environmentsAtWork(tx, pool);
  const [fit] = [...holders]
    .filter(([holder, machines]) => holder !== name && machines >= missing && !atWork.has(holder))
    .sort(([one, its], [other, others]) => its - others || one.localeCompare(other));
  if (fit) return `ask who uses ${fit[0]}, then free it: destroy ${fit[0]}`;
  return `pool ${pool} tells which machine is whose, to ask them`;
}
