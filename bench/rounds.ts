import type { Contender, Work } from './contender.ts';
import type { Cost } from './cost.ts';
import { cpuOf } from './cost.ts';
import type { Nodes } from './nodes.ts';

/** Costs by contender, one per round. */
export type Costs = ReadonlyMap<string, readonly Cost[]>;

/** Lets all contenders do the work once per round, one after the other, so that what the machine does otherwise hits all. */
export async function measure(
  work: Work,
  rounds: number,
  nodes: Nodes,
  say: (line: string) => void,
): Promise<Costs> {
  const costs = new Map<string, Cost[]>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of work.contenders) {
      const before = costs.get(contender.name) ?? [];
      if (contender.once && before.length > 0) continue;
      const cost = await costOf(contender, nodes).catch((error: Error) => {
        throw new Error(`${work.id}, ${contender.name}: ${error.message}`, { cause: error });
      });
      costs.set(contender.name, [...before, cost]);
      say(`${work.id} round ${round} ${contender.name}: ${costLine(cost)}`);
    }
  }
  return costs;
}

async function costOf(contender: Contender, nodes: Nodes): Promise<Cost> {
  await contender.prepare?.();
  await nodes.cold();
  const used = () =>
    Promise.all([contender.client.seconds(), contender.database?.seconds() ?? 0, nodes.group.seconds()]);
  const [client, database, remote] = await used();
  const began = performance.now();
  await contender.run();
  const wall = (performance.now() - began) / 1000;
  await contender.leave?.();
  await nodes.cold();
  const [client2, database2, remote2] = await used();
  await contender.check();
  return { wall, client: client2 - client, database: database2 - database, nodes: remote2 - remote };
}

function costLine(cost: Cost): string {
  const { wall, client, database, nodes } = cost;
  const parts = `client ${client.toFixed(2)}, database ${database.toFixed(2)}, nodes ${nodes.toFixed(2)}`;
  return `${wall.toFixed(2)} s, CPU ${cpuOf(cost).toFixed(2)} s (${parts})`;
}
