import type { Work } from '../contender.ts';
import type { CpuGroup } from '../cpu/meter.ts';
import type { EnvironmentSpec } from '../deployday/environments.ts';
import type { Deployday } from '../deployday/process.ts';
import type { Nodes } from '../nodes.ts';
import type { WorkId } from '../options.ts';
import type { PeerName } from '../packages.ts';
import type { PeerTools } from '../peers/peer.ts';
import type { Sizes } from '../sizes.ts';

/** The nodes, and how much there is to do on them. */
export interface Ground {
  readonly sizes: Sizes;
  readonly nodes: Nodes;
  /** Where a node is reached that is far away, and how far: there and back, in ms. */
  readonly far: { readonly address: string; readonly port: number; readonly roundTripMs: number };
}

/** The ground with everybody who works there. */
export interface Site extends Ground {
  readonly deployday: Deployday;
  readonly groups: { readonly client: CpuGroup; readonly database: CpuGroup };
  readonly tools: PeerTools;
  /** Those that take part. */
  readonly peers: ReadonlySet<PeerName>;
}

/** A piece of work before anybody is there to do it. */
export interface WorkPlan {
  readonly id: WorkId;
  /** What Deployday needs for it. */
  readonly environments: (ground: Ground) => readonly EnvironmentSpec[];
  readonly work: (site: Site) => Work;
}

/** The first so many nodes. */
export const addressesOf = ({ nodes }: Pick<Ground, 'nodes'>, count: number) =>
  nodes.addresses.slice(0, count);
