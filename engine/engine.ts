import type { Database, Queryable } from '../db/client.ts';
import { type Environment, findEnvironment, lockEnvironment, lockPool, nodesOf } from '../db/environments.ts';
import { blueprintInForce, latestRuns, type Run } from '../db/runs.ts';
import type { RunKind } from '../db/schema.ts';
import { BASELINE, findSnapshot } from '../db/snapshots.ts';
import type { Blueprint } from './blueprint/blueprint.ts';
import { frozenBlueprint } from './blueprint/frozen.ts';
import type { BlueprintCatalogue } from './catalogue.ts';
import { comparedWith } from './compared-with.ts';
import { draftProvision, type ProvisionDraft } from './draft.ts';
import { topicsOf } from './facts/topics.ts';
import { fitToPromote } from './fit-to-promote.ts';
import { createInterventions, type Interventions } from './interventions.ts';
import { keepContents } from './keep-contents.ts';
import type { LayerUse } from './layer-plan.ts';
import { cachedSteps } from './layers.ts';
import {
  destroyPlan,
  diffPlan,
  driftPlan,
  execPlan,
  inspectPlan,
  type PlannedTask,
  provisionPlan,
  repairPlan,
  resetPlan,
  snapshotPlan,
  verifyPlan,
} from './plan.ts';
import type { Provider } from './provider.ts';
import { noEnvironment, poolTakenOut, Refusal } from './refusal.ts';
import { asKept, resetWay, type Side, snapshotToReset } from './reset-way.ts';
import { toRepair } from './to-repair.ts';
import { type Requester, refuseIfBusy, writeEnvironment, writeNodes, writeRun } from './write-run.ts';

export type { Requester } from './write-run.ts';

export interface ProvisionRequest {
  readonly environment: string;
  readonly blueprint: string | null;
  readonly pool: string | null;
  readonly settings: Readonly<Record<string, string>>;
}

/** What `provision … plan` shows. */
export interface PlanPreview {
  readonly draft: ProvisionDraft;
  readonly pool: string;
  readonly isNew: boolean;
  readonly tasks: readonly PlannedTask[];
  /** Keys of the layers that its nodes would begin from. */
  readonly layers: ReadonlySet<string>;
}

/** Starts runs, one at a time per environment. Every method throws {@link Refusal} when it cannot be done as things are. */
export interface Engine extends Interventions {
  plan(request: ProvisionRequest): Promise<PlanPreview>;
  provision(request: ProvisionRequest, by: Requester): Promise<Run>;
  verify(environment: string, by: Requester): Promise<Run>;
  /** Mends what checks found wrong when they were asked last, by the steps that they name, and asks them again. The baseline stays as it is. */
  repair(environment: string, by: Requester): Promise<Run>;
  inspect(environment: string, target: string | null, topic: string | null, by: Requester): Promise<Run>;
  diff(environment: string, other: string, by: Requester): Promise<Run>;
  snapshot(environment: string, name: string, by: Requester): Promise<Run>;
  /** Makes what the environment is now its baseline; only if it was verified after all that was done to it. */
  promote(environment: string, by: Requester): Promise<Run>;
  /** The checks, and what differs from the baseline: what a schedule does by itself. */
  lookForDrift(environment: string, by: Requester): Promise<Run>;
  reset(environment: string, snapshot: string, by: Requester): Promise<Run>;
  exec(environment: string, target: string | null, script: string, by: Requester): Promise<Run>;
  destroy(environment: string, by: Requester): Promise<Run>;
}

export interface EngineOptions {
  readonly database: Database;
  readonly catalogue: BlueprintCatalogue;
  readonly providers: ReadonlyMap<string, Provider>;
}

/** What a run on an environment is to do; `blueprint`: the one to freeze, where it is not the environment's. */
interface Planned {
  readonly tasks: PlannedTask[];
  readonly detail?: Record<string, string>;
  readonly blueprint?: Blueprint;
}

/** How far back the last change of an environment is looked for. */
const RUNS_LOOKED_AT = 200;

/** A command typed by people gets this long before it is stopped. */
const EXEC_TIMEOUT_MS = 10 * 60_000;

/** The one that takes seconds and works on any machine, where it is there. */
function firstToTry(names: readonly string[]): string {
  return names.includes('hello') ? 'hello' : (names[0] ?? '<blueprint>');
}

/** Keeps layer names of two snapshots of one name apart while the older one is still in use. */
const layerName = (snapshot: string) => `${snapshot}-${Date.now().toString(36)}`;

export function createEngine({ database, catalogue, providers }: EngineOptions): Engine {
  function providerOf(pool: string): Provider {
    const provider = providers.get(pool);
    if (provider) return provider;
    throw new Refusal(
      `no pool ${pool} is configured`,
      `pools here: ${[...providers.keys()].join(', ') || 'none'}`,
    );
  }

  /** That of an environment. */
  function providerUnder({ name, pool }: Environment): Provider {
    const provider = providers.get(pool);
    if (!provider) throw poolTakenOut(name, pool);
    return provider;
  }

  /** The blueprint asked for, or the one that the environment has; the pool likewise. */
  async function choose(request: ProvisionRequest, environment: Environment | null) {
    const { environment: name } = request;
    if (request.pool && request.pool !== environment?.pool) providerOf(request.pool);
    if (environment && request.blueprint && request.blueprint !== environment.blueprint) {
      throw new Refusal(
        `${name} is made from ${environment.blueprint}, not from ${request.blueprint}`,
        `destroy ${name} first, or take another name`,
      );
    }
    if (environment && request.pool && request.pool !== environment.pool) {
      throw new Refusal(
        `${name} stands on pool ${environment.pool}`,
        `destroy ${name} first, or take another name`,
      );
    }
    const blueprintName = request.blueprint ?? environment?.blueprint;
    if (!blueprintName) {
      throw new Refusal(
        `there is no environment ${name} yet, so it needs a blueprint`,
        `provision ${name} from ${firstToTry(await catalogue.names())}`,
      );
    }
    const blueprint = await catalogue.get(blueprintName);
    if (environment) return { blueprint, provider: providerUnder(environment) };
    const pool = request.pool ?? [...providers.keys()][0];
    if (!pool) throw new Refusal('no pool is configured', 'add one under pools: in deployday.yaml');
    return { blueprint, provider: providerOf(pool) };
  }

  /** Everything that a run on an existing environment shares: find it, lock it, refuse if busy, plan, write. */
  function onEnvironment(
    kind: RunKind,
    name: string,
    by: Requester,
    plan: (side: Side, tx: Queryable) => Promise<Planned>,
  ): Promise<Run> {
    return database.db.transaction(async (tx) => {
      const environment = await lockEnvironment(tx, name);
      if (!environment) throw noEnvironment(name);
      await refuseIfBusy(tx, environment);
      providerUnder(environment);
      const side = await sideOf(tx, environment);
      const { tasks, detail, blueprint = side.blueprint } = await plan(side, tx);
      return writeRun(tx, kind, environment, blueprint, tasks, by, detail);
    });
  }

  async function sideOf(tx: Queryable, environment: Environment): Promise<Side> {
    const kept = await blueprintInForce(tx, environment.id);
    if (!kept) throw new Error(`environment ${environment.name} was never provisioned`);
    return {
      environment,
      blueprint: frozenBlueprint(kept),
      values: { ...environment.params, ...environment.secrets },
      nodes: await nodesOf(tx, environment.id),
    };
  }

  return {
    async plan(request) {
      const environment = await findEnvironment(database.db, request.environment);
      const { blueprint, provider } = await choose(request, environment);
      const { environment: name, settings } = request;
      const draft = await draftProvision(database.db, name, environment, blueprint, provider, settings);
      const nodes = [...draft.existing, ...draft.added];
      const layer = provider.can.snapshot ? layerName(BASELINE) : null;
      const use = await layerUse(provider, draft);
      const tasks = provisionPlan({ blueprint, values: draft.values, nodes }, { name: BASELINE, layer }, use);
      return {
        ...{ draft, pool: provider.pool, isNew: environment === null, tasks },
        layers: use?.kept ?? new Set(),
      };
    },

    async provision(request, by) {
      const named = request.blueprint ?? (await findEnvironment(database.db, request.environment))?.blueprint;
      if (named) await keepContents(database, await catalogue.get(named));
      return database.db.transaction(async (tx) => {
        const found = await lockEnvironment(tx, request.environment);
        if (found) await refuseIfBusy(tx, found);
        const { blueprint, provider } = await choose(request, found);
        await lockPool(tx, provider.pool);
        const { environment: name, settings } = request;
        const draft = await draftProvision(tx, name, found, blueprint, provider, settings);
        const environment = await writeEnvironment(tx, name, found, provider.pool, draft, by);
        const nodes = [...draft.existing, ...(await writeNodes(tx, environment, provider.pool, draft))];
        const layer = provider.can.snapshot ? layerName(BASELINE) : null;
        const use = await layerUse(provider, draft);
        const plan = provisionPlan(
          { blueprint, values: draft.values, nodes },
          { name: BASELINE, layer },
          use,
        );
        return writeRun(tx, 'provision', environment, blueprint, plan, by);
      });
    },

    verify: (name, by) =>
      onEnvironment('verify', name, by, async (side) => {
        const tasks = verifyPlan(side);
        if (tasks.length === 0)
          throw new Refusal(
            `blueprint ${side.blueprint.name} has no checks`,
            'its blueprint.yaml names them under checks:',
          );
        return { tasks };
      }),

    repair: (name, by) =>
      onEnvironment('repair', name, by, async (side, tx) => ({
        tasks: repairPlan(side, await toRepair(tx, side.environment)),
      })),

    inspect: (name, target, topic, by) =>
      onEnvironment('inspect', name, by, async (side) => {
        const topics = topicsOf(side.blueprint.facts);
        if (topic !== null && !topics.includes(topic))
          throw new Refusal(`there is no topic ${topic}`, `topics: ${topics.join(', ')}`);
        return { tasks: inspectPlan(narrow(side, target)), detail: topic ? { topic } : {} };
      }),

    diff: (name, other, by) =>
      onEnvironment('diff', name, by, async (side, tx) => {
        const compared = await comparedWith(tx, side.environment, other, new Date());
        const detail = { other };
        if (compared.kind !== 'environment') return { tasks: diffPlan(other, compared, side), detail };
        const environment = await findEnvironment(tx, compared.name);
        if (!environment) throw noEnvironment(compared.name);
        providerUnder(environment);
        return { tasks: diffPlan(other, compared, side, await sideOf(tx, environment)), detail };
      }),

    snapshot: (name, snapshot, by) =>
      onEnvironment('snapshot', name, by, async (side) => {
        if (snapshot === BASELINE) {
          throw new Refusal(
            `the baseline is taken by provision, and by promote when the environment is verified`,
            `promote ${name} · or take another name: snapshot ${name} before-lunch`,
          );
        }
        return { tasks: snapshotPlan(side, kept(side, snapshot)), detail: { snapshot } };
      }),

    promote: (name, by) =>
      onEnvironment('snapshot', name, by, async (side, tx) => {
        const fitness = fitToPromote(await latestRuns(tx, side.environment.id, RUNS_LOOKED_AT));
        if (!fitness.fit)
          throw new Refusal(`${name} cannot become the baseline: ${fitness.why}`, `verify ${name}`);
        return { tasks: snapshotPlan(side, kept(side, BASELINE)), detail: { snapshot: BASELINE } };
      }),

    lookForDrift: (name, by) =>
      onEnvironment('verify', name, by, async (side, tx) => {
        const baseline = await findSnapshot(tx, side.environment.id, BASELINE);
        const tasks = driftPlan(side, baseline ? { kind: 'snapshot', name: BASELINE } : null);
        if (tasks.length === 0)
          throw new Refusal(`${name} has no checks and no baseline: there is nothing to look at`);
        return { tasks, detail: { scheduled: 'yes' } };
      }),

    reset: (name, snapshot, by) =>
      onEnvironment('reset', name, by, async (side, tx) => {
        const kept = await snapshotToReset(tx, side.environment, snapshot);
        const way = resetWay(providerUnder(side.environment), side, kept);
        // Disks come back as they were made; what is done anew is done as it is now.
        const back = way.kind === 'layer' ? await asKept(tx, side, kept) : side;
        return { tasks: resetPlan(back, way), blueprint: back.blueprint, detail: { snapshot } };
      }),

    exec: (name, target, script, by) =>
      onEnvironment('exec', name, by, async (side) => ({
        tasks: execPlan(narrow(side, target), script, EXEC_TIMEOUT_MS),
      })),

    destroy: (name, by) => onEnvironment('destroy', name, by, async (side) => ({ tasks: destroyPlan(side) })),

    ...createInterventions(database, providerUnder),
  };

  /** What a provision may count on of the pool's layers; null where there are none. */
  async function layerUse(provider: Provider, draft: ProvisionDraft): Promise<LayerUse | null> {
    if (!provider.can.layers) return null;
    const { blueprint, values, added } = draft;
    const roles = new Set(added.map(({ role }) => role));
    const keys = [...roles].flatMap((role) => cachedSteps(blueprint, values, role).map(({ key }) => key));
    return {
      fresh: new Set(added.map(({ name }) => name)),
      kept: keys.length > 0 ? await provider.sharedLayers(keys) : new Set(),
    };
  }

  /** What is kept under a name: disks where the pool can, else facts only. */
  function kept(side: Side, name: string): { name: string; layer: string | null } {
    return { name, layer: providerUnder(side.environment).can.snapshot ? layerName(name) : null };
  }
}

/** Only the nodes of that name or role. */
function narrow(side: Side, target: string | null): Side {
  if (target === null) return side;
  const nodes = side.nodes.filter((node) => node.name === target || node.role === target);
  if (nodes.length > 0) return { ...side, nodes };
  const known = [...new Set(side.nodes.flatMap((node) => [node.name, node.role]))];
  throw new Refusal(`${side.environment.name} has no node or role ${target}`, `it has: ${known.join(', ')}`);
}
