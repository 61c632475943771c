import { createHash } from 'node:crypto';
import type { Blueprint, ParamValues, Step } from './blueprint/blueprint.ts';
import { applies, preludeOf } from './blueprint/fill.ts';
import { withPrelude } from './script-text.ts';

/**
 * Layers: what cached steps (`cache: true`) have done to a node's disk, kept by the pool under a key of all that it came from, so
 * that other nodes begin with it. Pure; docs/decisions/0009-layers.md says why it is like this.
 */

/** A cached step together with the key of the layer that holds what it and the cached steps before it did. */
export interface CachedStep {
  readonly id: string;
  readonly key: string;
}

/** Counts in every key: raised when what scripts are given, or what is taken off a layer, changes. */
const FORMAT = 'deployday layer 2';

/**
 * The cached steps of a role that these values choose, in the order in which a node does them: before everything else, one
 * after the other. A key depends on the roles that the steps are for, on the scripts with their prelude or the copied files, and on
 * the parameters that the steps list, up to and including its own; on nothing else of the blueprint. So nodes of several roles have
 * a key in common as far as they begin with steps that are for all of them.
 */
export function cachedSteps(blueprint: Blueprint, values: ParamValues, role: string): CachedStep[] {
  const prelude = preludeOf(blueprint, values);
  let key = digest([FORMAT]);
  return inOrder(blueprint, values, role).map((step) => {
    key = digest([key, [...step.on].sort(), ...contentOf(step, prelude, values)]);
    return { id: step.id, key };
  });
}

/** How people are told of a layer. */
export function shortKey(key: string): string {
  return key.slice(0, 8);
}

/** What is told of a step that was not run, since its machine began with what it does. */
export function fromLayerDetail(key: string): string {
  return `from layer ${shortKey(key)}, not run again`;
}

export function isFromLayer(detail: string): boolean {
  return /^from layer [0-9a-f]{8}, not run again$/.test(detail);
}

function contentOf(step: Step, prelude: string, values: ParamValues): unknown[] {
  const { copy, run, doneIf, params = [] } = step;
  if (copy) return ['copy', copy.to, copy.mode, copy.sha256];
  const read = [...params].sort().map((name) => [name, values[name] ?? null]);
  return ['run', withPrelude(prelude, run), doneIf ? withPrelude(prelude, doneIf) : null, read];
}

/** The file's order, but what is needed comes first; a step that is left out by `when` stands for what it needs. */
function inOrder({ steps, params }: Blueprint, values: ParamValues, role: string): Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const seen = new Set<Step>();
  const order: Step[] = [];
  const visit = (step: Step) => {
    if (seen.has(step)) return;
    seen.add(step);
    for (const id of [...step.needs, ...(step.needsHere ?? [])]) {
      const needed = byId.get(id);
      if (needed) visit(needed);
    }
    if (applies(step.when, values, params)) order.push(step);
  };
  steps.filter(({ cache, on }) => cache && on.includes(role)).forEach(visit);
  return order;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
