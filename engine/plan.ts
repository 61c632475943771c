import type { OnFailure } from '../db/schema.ts';
import type {
  Blueprint,
  Check,
  FactSpec,
  FileCopy,
  ParamValues,
  Playbook,
  Step,
} from './blueprint/blueprint.ts';
import { applies, preludeOf } from './blueprint/fill.ts';
import type { ComparedWith } from './compared-with.ts';
import { withPrelude } from './script-text.ts';

/** What one task does, as data: written with the run, executed by `engine/steps/`. */
export type Action =
  | { readonly kind: 'create' }
  | {
      readonly kind: 'script';
      readonly script: string;
      readonly doneIf?: string;
      readonly timeoutMs: number;
      readonly repeatable: boolean;
      /** Further attempts after a failure, and the pause before the first of them. */
      readonly retries: number;
      readonly backoffMs: number;
    }
  | {
      readonly kind: 'copy';
      /** Absolute path on the node. */
      readonly path: string;
      readonly mode: number;
      readonly bytes: number;
      readonly sha256: string;
      readonly timeoutMs: number;
      readonly retries: number;
      readonly backoffMs: number;
    }
  | {
      readonly kind: 'playbook';
      /** Which of the files is the playbook. */
      readonly file: string;
      /** Path in the playbook's folder, and the content's SHA-256. */
      readonly files: readonly { readonly path: string; readonly sha256: string }[];
      /** The role that it is limited to; null: none. */
      readonly role: string | null;
      readonly timeoutMs: number;
      readonly repeatable: boolean;
      readonly retries: number;
      readonly backoffMs: number;
    }
  | {
      readonly kind: 'check';
      readonly script: string;
      readonly expect?: string;
      readonly hint?: string;
      readonly timeoutMs: number;
      readonly retryForMs: number;
    }
  | {
      readonly kind: 'facts';
      readonly spec: FactSpec;
      readonly prelude: string;
      /** Names of secret parameters. */
      readonly secrets: readonly string[];
      readonly timeoutMs: number;
    }
  | { readonly kind: 'snapshot'; readonly layer: string }
  | { readonly kind: 'keep'; readonly snapshot: string; readonly layer: string | null }
  | { readonly kind: 'compare'; readonly other: string; readonly side: ComparedWith }
  | { readonly kind: 'reset'; readonly layer: string | null }
  | { readonly kind: 'destroy' };

/** A node that a plan runs on: of the database, or one that is only previewed. */
export interface PlannedNode {
  readonly name: string;
  readonly role: string;
  /** Its row; absent in a preview. */
  readonly id?: number;
}

export interface PlannedTask {
  readonly step: string;
  readonly title: string;
  /** Null: the run's own step, on no machine. */
  readonly node: PlannedNode | null;
  readonly action: Action;
  /** Steps all of whose tasks must be done first. */
  readonly needs: readonly string[];
  /** Slots of the pool's load governor that it takes while it runs. */
  readonly slots: number;
  /** What its failure means to the rest of the run; `skip` if absent. */
  readonly onFailure?: OnFailure;
  /** The blueprint marks it as destroying something. */
  readonly destructive?: true;
}

export interface PlanInput {
  readonly blueprint: Blueprint;
  readonly values: ParamValues;
  readonly nodes: readonly PlannedNode[];
}

/** Steps that are ours rather than the blueprint's start with `@`. */
const CREATE = '@create';
const RESET = '@reset';
const FACTS = '@facts';
const SNAPSHOT = '@snapshot';
const KEEP = '@keep';
const COMPARE = '@compare';

const FACTS_TIMEOUT_MS = 120_000;

/** How long a check may go on failing while services come up after a reset, at least. */
const SETTLE_AFTER_RESET_MS = 120_000;

/** Machines, the blueprint's steps, its checks, facts, and the baseline: `layer` is null where the pool keeps no snapshots. */
export function provisionPlan(
  input: PlanInput,
  baseline: { name: string; layer: string | null },
): PlannedTask[] {
  const create = everywhere(input, CREATE, 'create machine', [], { kind: 'create' });
  const steps = stepTasks(input, input.blueprint.steps, [CREATE]);
  const checks = checkTasks(input, namesOf([...create, ...steps]));
  const checked = namesOf([...create, ...steps, ...checks]);
  return [...create, ...steps, ...checks, ...keepTasks(input, checked, baseline)];
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

/** What a schedule looks at: the checks, and what differs from the baseline, if there is one. */
export function driftPlan(input: PlanInput, baseline: ComparedWith | null): PlannedTask[] {
  return [...verifyPlan(input), ...(baseline ? diffPlan('baseline', baseline, input) : [])];
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

function stepTasks(input: PlanInput, steps: readonly Step[], first: readonly string[]): PlannedTask[] {
  const chosen = new Map(
    steps
      .filter((step) => applies(step.when, input.values, input.blueprint.params))
      .map((step) => [step.id, step]),
  );
  const prelude = preludeOf(input.blueprint, input.values);
  return [...chosen.values()].flatMap((step) => {
    const { timeoutMs, repeatable, retries, backoffMs, onFailure } = step;
    const script = withPrelude(prelude, step.run);
    const doneIf = step.doneIf && withPrelude(prelude, step.doneIf);
    const needs = [...new Set([...first, ...neededSteps(step, steps, chosen)])];
    if (step.playbook) return [playbookTask(step, step.playbook, needs)];
    const often = { timeoutMs, repeatable, retries, backoffMs };
    const action: Action = step.copy
      ? copyAction(step, step.copy)
      : { kind: 'script', script, ...often, ...(doneIf ? { doneIf } : {}) };
    return onRole(input, step.on, step.id, step.title, needs, action).map((task) => ({
      ...task,
      slots: step.slots,
      onFailure,
      ...(step.destructive ? { destructive: true as const } : {}),
    }));
  });
}

/** One task for the whole environment: Ansible goes to the nodes by itself. */
function playbookTask(step: Step, { file, files }: Playbook, needs: readonly string[]): PlannedTask {
  const { timeoutMs, repeatable, retries, backoffMs } = step;
  const action: Action = {
    kind: 'playbook',
    file,
    files: files.map(({ from, sha256 }) => ({ path: from, sha256 })),
    role: step.on || null,
    timeoutMs,
    repeatable,
    retries,
    backoffMs,
  };
  const { id, title, slots, onFailure } = step;
  return { step: id, title, node: null, action, needs, slots, onFailure };
}

function copyAction({ timeoutMs, retries, backoffMs }: Step, { to, mode, bytes, sha256 }: FileCopy): Action {
  return { kind: 'copy', path: to, mode, bytes, sha256, timeoutMs, retries, backoffMs };
}

/** What a step needs of the chosen steps: a need that was left out by `when` stands for what it needs itself. */
function neededSteps(step: Step, steps: readonly Step[], chosen: ReadonlyMap<string, Step>): string[] {
  return step.needs.flatMap((id) => {
    if (chosen.has(id)) return [id];
    const left = steps.find((other) => other.id === id);
    return left ? neededSteps(left, steps, chosen) : [];
  });
}

function checkTasks(input: PlanInput, needs: readonly string[], settleMs = 0): PlannedTask[] {
  const { checks, params } = input.blueprint;
  const prelude = preludeOf(input.blueprint, input.values);
  return checks
    .filter((check) => applies(check.when, input.values, params))
    .flatMap((check) =>
      onRole(input, check.on, check.id, check.title, needs, checkAction(prelude, check, settleMs)),
    );
}

function checkAction(prelude: string, check: Check, settleMs: number): Action {
  const { expect, hint, timeoutMs } = check;
  const script = withPrelude(prelude, check.run);
  const retryForMs = Math.max(check.retryForMs, settleMs);
  return {
    kind: 'check',
    script,
    timeoutMs,
    retryForMs,
    ...(expect ? { expect } : {}),
    ...(hint ? { hint } : {}),
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

function onRole(
  input: PlanInput,
  role: string,
  step: string,
  title: string,
  needs: readonly string[],
  action: Action,
): PlannedTask[] {
  return input.nodes
    .filter((node) => node.role === role)
    .map((node) => ({ step, title, node, action, needs, slots: 0 }));
}

function everywhere(
  input: PlanInput,
  step: string,
  title: string,
  needs: readonly string[],
  action: Action,
): PlannedTask[] {
  return input.nodes.map((node) => ({ step, title, node, action, needs, slots: 0 }));
}

function namesOf(tasks: readonly PlannedTask[]): string[] {
  return [...new Set(tasks.map((task) => task.step))];
}
