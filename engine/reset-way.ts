import type { Queryable } from '../db/client.ts';
import type { Environment, Node } from '../db/environments.ts';
import { runById } from '../db/runs.ts';
import { BASELINE, findSnapshot, type Snapshot, snapshotsOf } from '../db/snapshots.ts';
import type { Blueprint, ParamValues } from './blueprint/blueprint.ts';
import { frozenBlueprint } from './blueprint/frozen.ts';
import { noBaseline } from './compared-with.ts';
import type { PlanInput, ResetWay } from './plan.ts';
import type { Provider } from './provider.ts';
import { Refusal } from './refusal.ts';

/** An environment with what it is made from, as a plan is made of it. */
export interface Side extends PlanInput {
  readonly environment: Environment;
  readonly blueprint: Blueprint;
  readonly values: ParamValues;
  readonly nodes: readonly Node[];
}

/** What was kept of an environment under that name. Throws {@link Refusal} where nothing was. */
export async function snapshotToReset(
  tx: Queryable,
  environment: Environment,
  name: string,
): Promise<Snapshot> {
  const kept = await findSnapshot(tx, environment.id, name);
  if (kept) return kept;
  if (name === BASELINE) throw noBaseline(environment.name);
  const names = (await snapshotsOf(tx, environment.id)).map((row) => row.name);
  throw new Refusal(`${environment.name} has no snapshot ${name}`, `it has: ${names.join(', ') || 'none'}`);
}

/** How the environment goes back to what was kept. Throws {@link Refusal} where it cannot. */
export function resetWay(
  provider: Pick<Provider, 'can'>,
  { environment, blueprint, nodes }: Side,
  kept: Snapshot,
): ResetWay {
  const snapshot = kept.name;
  if (kept.layer && provider.can.reset && blueprint.reset === 'snapshot') {
    refuseNodesSince(environment.name, snapshot, kept.nodes, nodes);
    return { kind: 'layer', layer: kept.layer };
  }
  if (snapshot === BASELINE && blueprint.reset === 'reinstall' && provider.can.reset)
    return { kind: 'reinstall' };
  if (snapshot === BASELINE && blueprint.teardown.length > 0) return { kind: 'teardown' };
  if (snapshot !== BASELINE) {
    throw new Refusal(
      `${environment.name} cannot be reset to ${snapshot}: ${whyNoDisks(provider, environment, blueprint)}, so only its facts are known`,
      `diff ${environment.name} ${snapshot} shows what was changed since · reset ${environment.name} goes to the baseline`,
    );
  }
  throw new Refusal(
    `${environment.name} cannot be reset: pool ${environment.pool} keeps no disks and blueprint ${blueprint.name} has no teardown steps`,
    `destroy ${environment.name} and provision it anew`,
  );
}

function whyNoDisks(
  provider: Pick<Provider, 'can'>,
  { pool }: Environment,
  { name, reset }: Blueprint,
): string {
  if (!provider.can.reset) return `pool ${pool} keeps no disks`;
  if (reset !== 'snapshot') return `blueprint ${name} goes back by ${reset}, without kept disks`;
  return 'no disks were kept with it';
}

/** The environment as it was when that was kept: by the blueprint that it was made from then, and with the parameters that it had. */
export async function asKept(tx: Queryable, side: Side, { runId, params, secrets }: Snapshot): Promise<Side> {
  const run = await runById(tx, runId);
  return {
    ...side,
    blueprint: run ? frozenBlueprint(run.blueprint) : side.blueprint,
    // Earlier versions did not keep them.
    values: params && secrets ? { ...params, ...secrets } : side.values,
  };
}

/** Nodes that a provision has added since, and that failed before it kept anything of them: half an environment cannot go back. */
function refuseNodesSince(
  name: string,
  snapshot: string,
  kept: readonly { readonly name: string }[],
  nodes: readonly Node[],
): void {
  const then = new Set(kept.map((node) => node.name));
  const added = nodes.filter((node) => !then.has(node.name)).map((node) => node.name);
  if (added.length === 0) return;
  throw new Refusal(
    `${name} cannot go back to ${snapshot}: nothing was kept then of ${added.join(', ')}, added since`,
    `provision ${name} brings all of it to where it should be and keeps a new baseline · or destroy ${name}`,
  );
}
