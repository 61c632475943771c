import type { Check } from './blueprint/blueprint.ts';
import { applies, preludeOf } from './blueprint/fill.ts';
import type { ComparedWith } from './compared-with.ts';
import { beginning, type LayerUse } from './layer-plan.ts';
import { type Action, everywhere, namesOf, onRole, type PlanInput, type PlannedTask } from './planned.ts';
import { withPrelude } from './script-text.ts';
import { stepTasks } from './step-plan.ts';

export type { Action, PlanInput, PlannedNode, PlannedTask } from './planned.ts';

/** Steps that are ours rather than the blueprint's start with `@`. */
const RESET = '@reset';
const FACTS = '@facts';
const SNAPSHOT = '@snapshot';
const KEEP = '@keep';
const COMPARE = '@compare';

const FACTS_TIMEOUT_MS = 120_000;

/** How long a check may go on failing while services come up after a reset, at least: a machine with other work takes minutes to boot. */
const SETTLE_AFTER_RESET_MS = 300_000;

/**
 * Machines, the blueprint's steps, its checks, facts, and the baseline: its `layer` is null where the pool keeps no snapshots.
 * `use`: null where the pool keeps no layers.
 */
export function provisionPlan(
  input: PlanInput,
  baseline: { name: string; layer: string | null },
  use: LayerUse | null = null,
): PlannedTask[] {
  const begin = beginning(input, use);
  const steps = stepTasks(input, input.blueprint.steps, begin.machines, begin);
  const made = [...begin.tasks, ...steps];
  const checks = checkTasks(input, namesOf(made));
  return [...made, ...checks, ...keepTasks(input, namesOf([...made, ...checks]), baseline)];
}

export function verifyPlan(input: PlanInput): PlannedTask[] {
  return checkTasks(input, []);
}

/** `sides`: the nodes to look at, and the blueprint that says what to gather there. */
export function inspectPlan(...sides: PlanInput[]): PlannedTask[] {
  return sides.flatMap((side) => factsTasks(side, []));
}

/** Facts of one environment, or of two, then the comparison. `other`: as people call what it is compared with. */
export function diffPlan(other: string, side: ComparedWith, ...sides: PlanInput[]): PlannedTask[] {
  const gather = inspectPlan(...sides);
  const compare: PlannedTask = {
    step: COMPARE,
    title: `compare with ${other}`,
    node: null,
    action: { kind: 'compare', other, side },
    needs: namesOf(gather),
    slots: 0,
  };
  return [...gather, compare];
}

/**
 * What a schedule looks at: the checks, and what differs from the baseline, if there is one. Facts come after the checks, however
 * those ended: what a check makes for a moment (an image, a server) is no drift.
 */
export function driftPlan(input: PlanInput, baseline: ComparedWith | null): PlannedTask[] {
  const checks = verifyPlan(input);
  if (!baseline) return checks;
  const after = namesOf(checks);
  const compare = diffPlan('baseline', baseline, input);
  if (after.length === 0) return compare;
  return [...checks, ...compare.map((task) => (task.step === FACTS ? { ...task, after } : task))];
}

export function snapshotPlan(
  input: PlanInput,
  snapshot: { name: string; layer: string | null },
): PlannedTask[] {
  return keepTasks(input, [], snapshot);
}

/**
 * Back to a snapshot where the pool keeps them (`layer`), else by the blueprint's teardown steps, else from the empty
 * machine; then the checks, so that "reset" means that it works again.
 */
export function resetPlan(input: PlanInput, way: ResetWay): PlannedTask[] {
  const back = resetTasks(input, way);
  const steps = way.kind === 'layer' ? [] : stepTasks(input, input.blueprint.steps, namesOf(back));
  const done = namesOf([...back, ...steps]);
  return [...back, ...steps, ...checkTasks(input, done, SETTLE_AFTER_RESET_MS)];
}

export type ResetWay =
  | { readonly kind: 'layer'; readonly layer: string }
  | { readonly kind: 'teardown' }
  | { readonly kind: 'reinstall' };

function resetTasks(input: PlanInput, way: ResetWay): PlannedTask[] {
  if (way.kind === 'teardown') return stepTasks(input, input.blueprint.teardown, []);
  const layer = way.kind === 'layer' ? way.layer : null;
  return everywhere(input, RESET, 'reset machine', [], { kind: 'reset', layer });
}

/** A check that did not pass on a node when it was asked last; `failed`: it said no there. */
export interface NotPassed {
  readonly check: string;
  readonly nodeId: number;
  readonly failed: boolean;
}

/**
 * The steps that checks name to mend what they found wrong, on the nodes where they did, whatever `done_if` says: the check said
 * otherwise. Then the checks that had not passed, also those that no step mends, so that a success means that they all pass.
 */
export function repairPlan(input: PlanInput, found: readonly NotPassed[]): PlannedTask[] {
  const { checks, steps } = input.blueprint;
  const repairOf = new Map(checks.map(({ id, repair }) => [id, repair]));
  const mends = found.flatMap(({ check, nodeId, failed }) => {
    const step = repairOf.get(check);
    return failed && step !== undefined ? [{ step, place: `${step} ${nodeId}` }] : [];
  });
  const places = new Set(mends.map(({ place }) => place));
  const asked = new Set(found.map(({ check, nodeId }) => `${check} ${nodeId}`));
  const place = ({ step, node }: PlannedTask) => `${step} ${node?.id}`;
  const anyway = steps.map(({ doneIf: _, ...step }) => step);
  const mending = stepTasks(input, anyway, [], undefined, new Set(mends.map(({ step }) => step))).filter(
    (task) => places.has(place(task)),
  );
  // Asked also where a step failed: on other nodes it has mended, and here it tells how things are.
  const after = namesOf(mending);
  const again = checkTasks(input, []).filter((task) => asked.has(place(task)));
  return [...mending, ...again.map((task) => ({ ...task, after }))];
}

export function execPlan(input: PlanInput, script: string, timeoutMs: number): PlannedTask[] {
  return everywhere(input, 'command', script, [], {
    kind: 'script',
    script,
    timeoutMs,
    repeatable: false,
    retries: 0,
    backoffMs: 0,
  });
}

export function destroyPlan(input: PlanInput): PlannedTask[] {
  return everywhere(input, '@destroy', 'give machine back', [], { kind: 'destroy' });
}

function checkTasks(input: PlanInput, needs: readonly string[], settleMs = 0): PlannedTask[] {
  const { checks, params } = input.blueprint;
  const prelude = preludeOf(input.blueprint, input.values);
  const asked = checks.filter((check) => applies(check.when, input.values, params));
  // What has just come up is not asked everything at once: the first check of each role sees it up.
  const first = new Set(settleMs === 0 ? [] : asked.filter((check, at) => isFirstOn(check.on, asked, at)));
  const after = [...first].map(({ id }) => id);
  return asked.flatMap((check) =>
    onRole(input, [check.on], check.id, check.title, needs, checkAction(prelude, check, settleMs)).map(
      (task) => (first.has(check) || after.length === 0 ? task : { ...task, after }),
    ),
  );
}

const isFirstOn = (role: string, checks: readonly Check[], at: number) =>
  checks.findIndex(({ on }) => on === role) === at;

function checkAction(prelude: string, check: Check, settleMs: number): Action {
  const { expect, hint, repair, timeoutMs } = check;
  const script = withPrelude(prelude, check.run);
  const retryForMs = Math.max(check.retryForMs, settleMs);
  return {
    kind: 'check',
    script,
    timeoutMs,
    retryForMs,
    ...(expect ? { expect } : {}),
    ...(hint ? { hint } : {}),
    ...(repair ? { repair } : {}),
  };
}

function factsTasks(input: PlanInput, needs: readonly string[]): PlannedTask[] {
  const { facts: spec, params } = input.blueprint;
  const secrets = Object.keys(params).filter((name) => params[name]?.secret);
  const prelude = preludeOf(input.blueprint, input.values);
  return input.nodes.map((node) => {
    const action: Action = { kind: 'facts', spec, prelude, secrets, timeoutMs: FACTS_TIMEOUT_MS };
    return { step: FACTS, title: 'gather facts', node, action, needs, slots: 0 };
  });
}

function keepTasks(
  input: PlanInput,
  needs: readonly string[],
  { name, layer }: { name: string; layer: string | null },
): PlannedTask[] {
  const gather = factsTasks(input, needs);
  const freeze = layer
    ? everywhere(input, SNAPSHOT, `snapshot disk as ${name}`, [...needs, FACTS], { kind: 'snapshot', layer })
    : [];
  const keep: PlannedTask = {
    step: KEEP,
    title: `keep as ${name}`,
    node: null,
    action: { kind: 'keep', snapshot: name, layer },
    needs: namesOf([...gather, ...freeze]),
    slots: 0,
  };
  return [...gather, ...freeze, keep];
}
