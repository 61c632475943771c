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
  /** By step, where a node does cached steps: what comes before it on the node, and the layers that hold what it does. */
  readonly cached: ReadonlyMap<
    string,
    { readonly after: readonly string[]; readonly layers: readonly string[] }
  >;
  /** By role, the step that ends the making of its layer: what is not cached comes after it, on the node that makes it. */
  readonly layerSteps: ReadonlyMap<string, string>;
}

const CREATE = '@create';

/**
 * Of the fresh nodes of a role with cached steps, the first does them and its disk is then kept as a layer. The others are made
 * from that layer: at once if the pool has it already, else when the first is done, or has failed. Whether there is a layer is
 * decided when they are made: one that finds none does the steps itself.
 */
export function beginning(input: PlanInput, use: LayerUse | null): Beginning {
  const tasks: PlannedTask[] = [];
  const cached = new Map<string, { after: readonly string[]; layers: readonly string[] }>();
  const layerSteps = new Map<string, string>();
  const plain: PlannedNode[] = [];
  for (const [role, nodes] of byRole(input.nodes)) {
    const fresh = nodes.filter(({ name }) => use?.fresh.has(name));
    const chain = fresh.length > 0 ? cachedSteps(input.blueprint, input.values, role) : [];
    const [first, ...others] = fresh;
    if (!use || !first || chain.length === 0) {
      plain.push(...nodes);
      continue;
    }
    plain.push(...nodes.filter((node) => !fresh.includes(node)));
    const steps = { create: `@create-${role}`, more: `@more-${role}`, keep: `@layer-${role}` };
    const layers = chain.map(({ key }) => key).reverse();
    const atOnce = use.kept.has(layers[0] as string) ? fresh : [first];
    for (const node of atOnce) tasks.push(createTask(node, steps.create, 'create machine', [], layers));
    for (const node of others.filter((other) => !atOnce.includes(other)))
      tasks.push(createTask(node, steps.more, 'create machine from the layer', [steps.keep], layers));
    tasks.push(keepTask(first, steps.keep, chain));
    layerSteps.set(role, steps.keep);
    for (const [index, { id }] of chain.entries()) {
      const before = chain[index - 1];
      const after = before ? [before.id] : [CREATE, steps.create, steps.more];
      cached.set(id, { after, layers: layers.slice(0, layers.length - index) });
    }
  }
  const create = plain.map((node) => createTask(node, CREATE, 'create machine', []));
  const all = [...create, ...tasks];
  const machines = all.filter(({ action }) => action.kind === 'create').map(({ step }) => step);
  return { tasks: all, machines: [...new Set(machines)], cached, layerSteps };
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
