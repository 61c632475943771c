import type { Param } from './blueprint.ts';
import { covers } from './order.ts';
import type { PlacedStep } from './placed-step.ts';
import { complain } from './source.ts';

/**
 * Complains about steps marked `cache: true` whose result could not be given to another node: it would hold a secret, depend on
 * what its layer is not known by, or lack what it stands on.
 */
export function checkCached(
  steps: readonly PlacedStep[],
  params: Readonly<Record<string, Param>>,
  teardown: readonly PlacedStep[],
): void {
  for (const { fields } of teardown) {
    const cache = fields.get('cache');
    if (cache) complain(cache, 'a step that takes away cannot be kept: leave cache out');
  }
  const byId = new Map(steps.map((placed) => [placed.step.id, placed.step]));
  for (const placed of steps) {
    if (!placed.step.cache) continue;
    checkKind(placed);
    checkParams(placed, params);
    const after = placed.fields.get('after');
    if (after)
      complain(after, 'a cached step knows of its own node only and comes first there: leave after out');
    for (const { id, place } of placed.needs) {
      const needed = byId.get(id);
      if (!needed) continue;
      if (!needed.cache)
        complain(
          place,
          `${id} is not cached, and a layer would hold what it did: mark it cache: true as well`,
        );
      else if (!covers(needed.on, placed.step.on)) {
        const lacking = placed.step.on.find((role) => !needed.on.includes(role));
        complain(
          place,
          `${id} runs on ${needed.on.join(' and ')}: the layer of ${lacking} nodes holds nothing of it`,
        );
      }
    }
  }
}

function checkKind({ step, place, fields }: PlacedStep): void {
  const cache = fields.get('cache') ?? place;
  if (step.playbook)
    complain(cache, 'a playbook works on several nodes at once and cannot be kept as a layer');
  const onFailure = fields.get('on_failure');
  if (onFailure && step.onFailure === 'continue')
    complain(onFailure, 'a layer would be kept without it: a cached step that fails is skip or stop');
}

function checkParams({ step, place, fields }: PlacedStep, params: Readonly<Record<string, Param>>): void {
  const listed = fields.get('params');
  if (!listed && !step.copy && !step.playbook) {
    complain(
      place,
      'is cached and must list the params that it reads ([] for none): its layer is known by them',
    );
    return;
  }
  for (const name of step.params ?? []) {
    if (params[name]?.secret && listed)
      complain(
        listed,
        `${name} is a secret, and other environments would get the layer: read it in a later step`,
      );
  }
  for (const script of [step.run, step.doneIf ?? '']) {
    for (const name of Object.keys(params)) {
      if (step.params?.includes(name) || !reads(script, `PARAM_${name.toUpperCase()}`)) continue;
      complain(listed ?? place, `the script reads PARAM_${name.toUpperCase()}, which params does not list`);
    }
    const unknown = step.on.length > 1 ? [...OF_ONE_NODE, 'NODE_ROLE'] : OF_ONE_NODE;
    for (const variable of unknown) {
      const found = reads(script, variable);
      if (found)
        complain(
          place,
          `the script reads ${found}, which a cached step is not given: it is another one elsewhere`,
        );
    }
  }
}

/** Variables of scripts that cached steps do not get; engine/script-env.ts. */
const OF_ONE_NODE = [
  ...['ENVIRONMENT', 'NODE_NAME', 'NODE_ADDRESS', 'NODE_INDEX', 'NODE_ZONE', 'HOSTS'],
  'ROLE_[A-Z0-9_]+_(ADDRESSES|NAMES|ZONES)',
];

/** The variable as the script reads it; null if it does not. */
function reads(script: string, variable: string): string | null {
  return new RegExp(`\\$\\{?(${variable})\\b`).exec(script)?.[1] ?? null;
}
