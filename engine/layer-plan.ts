import { type CachedStep, cachedSteps } from './layers.ts';
import type { PlanInput, PlannedNode, PlannedTask } from './planned.ts';

/** What a plan may count on of the pool's layers. */
export interface LayerUse {
  /** Names of the nodes whose machines are made by this run: only these begin from a layer. */
  readonly fresh: ReadonlySet<string>;
  /** Keys of layers that the pool has now, as far as it knows without looking closely. */
  readonly kept: ReadonlySet<string>;
}

/** The beginning of every node: its machine, from a layer where there is one, and the keeping of a new layer. */
export interface Beginning {
  readonly tasks: readonly PlannedTask[];
  /** Steps after which every machine is there. */
  readonly machines: readonly string[];
  /** By step, where nodes do cached steps. */
  readonly cached: ReadonlyMap<string, CachedOrder>;
  /** By role, the step that ends the making of its layer: what is not cached comes after it, on the node that makes it. */
  readonly layerSteps: ReadonlyMap<string, string>;
}

/** What comes before a cached step on its node, and the layers that hold what it does. */
interface CachedOrder {
  readonly after: readonly string[];
  readonly layers: readonly string[];
}

const CREATE = '@create';

/**
 * Of the fresh nodes of a role with cached steps, the first does them and its disk is then kept as a layer. The others are made
 * from that layer: at once if the pool has it already, else when the first is done, or has failed. What several roles begin with is
 * done by the first node of the first of them and kept as well, and the first nodes of the others are made from that. Whether there
 * is a layer is decided when they are made: one that finds none does the steps itself.
 */
export function beginning(input: PlanInput, use: LayerUse | null): Beginning {
  const crews = use ? crewsOf(input, use.fresh) : [];
  const inCrews = new Set(crews.flatMap(({ nodes }) => nodes));
  const plain = input.nodes.filter((node) => !inCrews.has(node));
  const tasks = plain.map((node) => createTask(node, CREATE, 'create machine', []));
  const cached = new Map<string, CachedOrder>();
  const layerSteps = new Map<string, string>();
  const there: LayersThere = { kept: use?.kept ?? new Set(), making: new Map() };
  for (const [at, crew] of crews.entries()) {
    const begun = crewTasks(crew, crews.slice(at + 1), there);
    tasks.push(...begun.tasks);
    if (begun.keep) layerSteps.set(crew.role, begun.keep);
    for (const [id, order] of begun.cached) cached.set(id, joined(cached.get(id), order));
  }
  const machines = tasks.filter(({ action }) => action.kind === 'create').map(({ step }) => step);
  return { tasks, machines: [...new Set(machines)], cached, layerSteps };
}

/** Layers that the pool keeps, and those that nodes make in this run: by key, the step after which it is there. */
interface LayersThere {
  readonly kept: ReadonlySet<string>;
  readonly making: Map<string, string>;
}

/** The beginning of a role's fresh nodes; notes what they make in `there`, for the roles after it. */
function crewTasks({ role, nodes, chain }: Crew, later: readonly Crew[], there: LayersThere) {
  const { kept, making } = there;
  const [first, ...others] = nodes;
  const steps = { create: `@create-${role}`, more: `@more-${role}`, keep: `@layer-${role}` };
  const layers = chain.map(({ key }) => key).reverse();
  const [top] = layers;
  const from = layers.find((key) => kept.has(key) || making.has(key));
  const wait = (from !== undefined && !kept.has(from) && making.get(from)) || null;
  // What another role makes is all that this one begins with.
  const made = from === top && wait !== null;
  const create = (node: PlannedNode, step: string, after: string | null) =>
    createTask(node, step, after ? MORE : 'create machine', after ? [after] : [], layers);
  const tasks = [create(first, steps.create, wait)];
  for (const node of others)
    tasks.push(from === top ? create(node, steps.create, wait) : create(node, steps.more, steps.keep));
  const shared = new Map<string, string>();
  if (!made) {
    const done = chain.findIndex(({ key }) => key === from) + 1;
    for (const length of beginningsShared(chain, later, kept)) {
      if (length <= done || length === chain.length) continue;
      const last = chain[length - 1] as CachedStep;
      shared.set(last.id, `@shared-${last.id}`);
      making.set(last.key, `@shared-${last.id}`);
      tasks.push(keepTask(first, `@shared-${last.id}`, chain.slice(0, length)));
    }
    tasks.push(keepTask(first, steps.keep, chain));
    making.set(top as string, steps.keep);
  }
  const cached = chain.map(({ id }, index): [string, CachedOrder] => {
    const before = chain[index - 1];
    const after = before
      ? [before.id, shared.get(before.id) ?? []].flat()
      : [CREATE, steps.create, steps.more];
    return [id, { after, layers: layers.slice(0, layers.length - index) }];
  });
  return { tasks, cached, keep: made ? null : steps.keep };
}

/** Of a step that several roles have: whatever comes before it on a node of any of them, and every layer that holds what it does. */
function joined(one: CachedOrder | undefined, other: CachedOrder): CachedOrder {
  return {
    after: [...new Set([...(one?.after ?? []), ...other.after])],
    layers: [...new Set([...(one?.layers ?? []), ...other.layers])],
  };
}

const MORE = 'create machine from the layer';

/** The fresh nodes of a role that has cached steps. */
interface Crew {
  readonly role: string;
  readonly nodes: readonly [PlannedNode, ...PlannedNode[]];
  readonly chain: readonly CachedStep[];
}

function crewsOf({ blueprint, values, nodes }: PlanInput, fresh: ReadonlySet<string>): Crew[] {
  return [...byRole(nodes)].flatMap(([role, all]) => {
    const [first, ...others] = all.filter(({ name }) => fresh.has(name));
    const chain = first ? cachedSteps(blueprint, values, role) : [];
    return first && chain.length > 0 ? [{ role, nodes: [first, ...others], chain }] : [];
  });
}

/** How many steps the chain has in common, from the first on, with each of these that has a layer to make; shortest first. */
function beginningsShared(
  chain: readonly CachedStep[],
  crews: readonly Crew[],
  kept: ReadonlySet<string>,
): number[] {
  const lengths = crews
    .filter((other) => !kept.has(other.chain.at(-1)?.key ?? ''))
    .map((other) => chain.findIndex(({ key }, index) => other.chain[index]?.key !== key))
    .map((differs) => (differs < 0 ? chain.length : differs));
  return [...new Set(lengths)].filter((length) => length > 0).sort((one, other) => one - other);
}

function createTask(
  node: PlannedNode,
  step: string,
  title: string,
  after: readonly string[],
  layers?: readonly string[],
): PlannedTask {
  const action = { kind: 'create', ...(layers && { layers }) } as const;
  return { step, title, node, action, needs: [], after, slots: 0 };
}

function keepTask(node: PlannedNode, step: string, chain: readonly CachedStep[]): PlannedTask {
  const last = chain.at(-1) as CachedStep;
  return {
    step,
    title: 'kept as a layer',
    node,
    action: { kind: 'layer', key: last.key, steps: chain.map(({ id }) => id) },
    needs: [],
    needsHere: [last.id],
    slots: 0,
  };
}

function byRole(nodes: readonly PlannedNode[]): Map<string, PlannedNode[]> {
  const roles = new Map<string, PlannedNode[]>();
  for (const node of nodes) roles.set(node.role, [...(roles.get(node.role) ?? []), node]);
  return roles;
}
