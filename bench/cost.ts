/** What one run of a contender cost, in seconds. */
export interface Cost {
  readonly wall: number;
  /** Processor time on our side: the contender and all that it starts, without its database. */
  readonly client: number;
  /** Processor time of the contender's database. */
  readonly database: number;
  /** Processor time on the nodes: sshd and everything under it. */
  readonly nodes: number;
}

/** All processor time that it took, wherever. */
export const cpuOf = ({ client, database, nodes }: Cost) => client + database + nodes;

/** The middle one; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** The whole cost of the round whose processor time is the median, with the median of the wall times. */
export function medianCost(costs: readonly Cost[]): Cost | null {
  const byCpu = [...costs].sort((a, b) => cpuOf(a) - cpuOf(b));
  const middle = byCpu[Math.floor((byCpu.length - 1) / 2)];
  return middle ? { ...middle, wall: median(costs.map(({ wall }) => wall)) } : null;
}

/** The q-quantile of what was measured: the smallest value that is not less than that part of them. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
