import type { Queryable } from '../db/client.ts';
import { type Environment, type Node, nodeById, nodesOf } from '../db/environments.ts';
import type { Run, TaskRow } from '../db/runs.ts';
import type { Proposal } from './admission.ts';
import { frozenBlueprint } from './blueprint/frozen.ts';
import type { Action } from './plan.ts';

/** Tasks of a run that are to be done yet, as a plan of them: people are asked about going on as they were about beginning. */
export async function whatIsLeft(
  tx: Queryable,
  environment: Environment,
  run: Run,
  left: readonly TaskRow[],
): Promise<NonNullable<Proposal['start']>> {
  const blueprint = frozenBlueprint(run.blueprint);
  // What is frozen into the run says what destroys something; its tasks do not.
  const steps = [...blueprint.steps, ...blueprint.teardown];
  const destructive = new Set(steps.filter((step) => step.destructive).map(({ id }) => id));
  const nodes = new Map<number, Node>((await nodesOf(tx, environment.id)).map((node) => [node.id, node]));
  for (const { nodeId } of left) {
    // One that was given back in the meantime.
    if (nodeId !== null && !nodes.has(nodeId)) nodes.set(nodeId, await nodeById(tx, nodeId));
  }
  const tasks = left.map(({ step, title, nodeId, action, needs, needsHere, after, slots, onFailure }) => ({
    ...{ step, title, node: nodeId === null ? null : (nodes.get(nodeId) ?? null) },
    ...{ action: action as Action, needs, needsHere, after, slots, onFailure },
    ...(destructive.has(step) ? { destructive: true as const } : {}),
  }));
  return { blueprint, tasks };
}
