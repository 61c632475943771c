import { type Cost, cpuOf, medianCost } from './cost.ts';
import type { Costs } from './rounds.ts';

/** Costs by work. */
export type Results = ReadonlyMap<string, Costs>;

/** A goal about how Deployday compares. */
export interface Goal {
  /** Its name in the last line of the output. */
  readonly key: string;
  readonly title: string;
  /** Null: this is told, and nothing is promised. */
  readonly atMost: number | null;
  /** Ours divided by theirs; null while one of the two was not measured. */
  readonly ratio: (results: Results) => number | null;
}

type Side = 'cpu' | 'wall';

const OURS = 'Deployday';
const MUX = 'OpenSSH ControlMaster';

export const GOALS: readonly Goal[] = [
  goal('w1_cpu_vs_best', 'one command: CPU, best of the others', 0.85, 'w1', 'cpu'),
  goal('w1_wall_vs_best', 'one command: wall, quickest of the others', 1, 'w1', 'wall'),
  goal('w2_cpu_vs_mux', 'steps: CPU, OpenSSH ControlMaster', 0.45, 'w2', 'cpu', MUX),
  goal('w2_wall_vs_mux', 'steps: wall, OpenSSH ControlMaster', 0.5, 'w2', 'wall', MUX),
  goal('w2_cpu_vs_ansible_raw', 'steps: CPU, Ansible raw', 0.1, 'w2', 'cpu', 'Ansible raw'),
  goal('w2_cpu_vs_ansible_command', 'steps: CPU, Ansible command', 0.04, 'w2', 'cpu', 'Ansible command'),
  goal('w3_cpu_vs_pdsh', 'lines: CPU, pdsh', 0.6, 'w3', 'cpu', 'pdsh'),
  goal('w3_cpu_vs_clush', 'lines: CPU, clush', 0.3, 'w3', 'cpu', 'clush'),
  goal('w4_cpu_vs_scp', 'file: CPU, scp', 0.85, 'w4', 'cpu', 'scp'),
  goal('w4_cpu_vs_ansible_copy', 'file: CPU, Ansible copy', 0.3, 'w4', 'cpu', 'Ansible copy'),
  goal('rtt_wall_vs_mux', 'steps far away: wall, OpenSSH ControlMaster', 0.6, 'rtt', 'wall', MUX),
  ratioOf('inspect_wall_vs_command', 'inspect: wall, one command', 1.5, 'wall'),
  ratioOf('inspect_cpu_vs_command', 'inspect: CPU, one command', 1.5, 'cpu'),
  {
    key: 'scale_500_vs_50',
    title: 'CPU per node: many nodes, few nodes',
    atMost: 1.15,
    ratio: (results) => growth(results.get('scale')),
  },
];

/** Without `theirs`: whoever of the others is best. */
function goal(key: string, title: string, atMost: number, work: string, side: Side, theirs?: string): Goal {
  return {
    key,
    title,
    atMost,
    ratio(results) {
      const costs = results.get(work);
      if (!costs) return null;
      const value = (name: string) => measured(costs, name, side);
      const others = [...costs.keys()].filter((name) => (theirs ? name === theirs : name !== OURS));
      const best = Math.min(...others.flatMap((name) => value(name) ?? []));
      const ours = value(OURS);
      return ours === null || !Number.isFinite(best) ? null : ours / best;
    },
  };
}

/** An inspection against a command on the same nodes, both ours. */
function ratioOf(key: string, title: string, atMost: number, side: Side): Goal {
  return {
    key,
    title,
    atMost,
    ratio(results) {
      const costs = results.get('inspect');
      const [inspect, command] = ['inspect', 'one command'].map(
        (name) => costs && measured(costs, name, side),
      );
      return inspect != null && command != null ? inspect / command : null;
    },
  };
}

function measured(costs: Costs, name: string, side: Side): number | null {
  const cost: Cost | null = medianCost(costs.get(name) ?? []);
  if (!cost) return null;
  return side === 'wall' ? cost.wall : cpuOf(cost);
}

/** Contenders are named `50 nodes`, `500 nodes`. */
function growth(costs: Costs | undefined): number | null {
  const perNode = [...(costs?.keys() ?? [])]
    .map((name) => ({
      nodes: Number.parseInt(name, 10),
      cpu: measured(costs as Costs, name, 'cpu') ?? Number.NaN,
    }))
    .sort((a, b) => a.nodes - b.nodes)
    .map(({ nodes, cpu }) => cpu / nodes);
  const [few, many] = [perNode.at(0), perNode.at(-1)];
  return perNode.length < 2 || few === undefined || many === undefined ? null : many / few;
}

export const isMet = (value: number, atMost: number | null) => atMost === null || value <= atMost;
