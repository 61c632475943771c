import type { FileCopy, Playbook, Step } from './blueprint/blueprint.ts';
import { applies, preludeOf } from './blueprint/fill.ts';
import type { Beginning } from './layer-plan.ts';
import { type Action, onRole, type PlanInput, type PlannedTask } from './planned.ts';
import { withPrelude } from './script-text.ts';

/**
 * The tasks of the blueprint's steps, which come after the steps `first`; `begin`: the beginning of the nodes that a provision has;
 * `only`: of these steps.
 */
export function stepTasks(
  input: PlanInput,
  steps: readonly Step[],
  first: readonly string[],
  begin?: Beginning,
  only?: ReadonlySet<string>,
): PlannedTask[] {
  const chosen = new Map(
    steps
      .filter((step) => only?.has(step.id) ?? true)
      .filter((step) => applies(step.when, input.values, input.blueprint.params))
      .map((step) => [step.id, step]),
  );
  const prelude = preludeOf(input.blueprint, input.values);
  return [...chosen.values()].flatMap((step) => {
    const needed = neededSteps(step, steps, chosen);
    const needs = [...new Set([...first, ...needed.everywhere])];
    const after = needed.ended.length > 0 ? { after: needed.ended } : {};
    if (step.playbook) {
      const layers = begin?.layerSteps.values() ?? [];
      return [{ ...playbookTask(step, step.playbook, [...needs, ...layers]), ...after }];
    }
    const cached = begin?.cached.get(step.id);
    const keep = step.on.flatMap((role) => begin?.layerSteps.get(role) ?? []);
    // What is cached knows of its own node only, so it waits for nothing else.
    const order = cached
      ? { needs: [], needsHere: cached.after }
      : { needs, needsHere: [...new Set([...needed.here, ...keep])], ...after };
    const action = stepAction(step, prelude, cached?.layers);
    return onRole(input, step.on, step.id, step.title, needs, action).map((task) => ({
      ...task,
      ...order,
      slots: step.slots,
      onFailure: step.onFailure,
      ...(step.destructive ? { destructive: true as const } : {}),
    }));
  });
}

function stepAction(step: Step, prelude: string, layers: readonly string[] | undefined): Action {
  const { timeoutMs, repeatable, retries, backoffMs } = step;
  if (step.copy) return { ...copyAction(step, step.copy), ...(layers && { layers }) };
  const script = withPrelude(prelude, step.run);
  const doneIf = step.doneIf && withPrelude(prelude, step.doneIf);
  const knows = {
    ...(step.params && { params: step.params }),
    ...(step.cache && { anywhere: true, ...(step.on.length > 1 && { anyRole: true }) }),
  };
  return {
    ...{ kind: 'script', script, timeoutMs, repeatable, retries, backoffMs },
    ...(doneIf && { doneIf }),
    ...((step.params || step.cache) && { knows }),
    ...(layers && { layers }),
  };
}

/** One task for the whole environment: Ansible goes to the nodes by itself. */
function playbookTask(step: Step, { file, files }: Playbook, needs: readonly string[]): PlannedTask {
  const { timeoutMs, repeatable, retries, backoffMs } = step;
  const action: Action = {
    kind: 'playbook',
    file,
    files: files.map(({ from, sha256 }) => ({ path: from, sha256 })),
    role: step.on.join(',') || null,
    timeoutMs,
    repeatable,
    retries,
    backoffMs,
  };
  const { id, title, slots, onFailure } = step;
  const destructive = step.destructive ? { destructive: true as const } : {};
  return { step: id, title, node: null, action, needs, slots, onFailure, ...destructive };
}

function copyAction(
  { timeoutMs, retries, backoffMs }: Step,
  { to, mode, bytes, sha256 }: FileCopy,
): Extract<Action, { kind: 'copy' }> {
  return { kind: 'copy', path: to, mode, bytes, sha256, timeoutMs, retries, backoffMs };
}

/**
 * What a step needs of the chosen steps, on all nodes or on the same one, and which of them must have ended (`ended`): a need that was left out stands for what it needs
 * itself, and what it comes after likewise.
 */
function neededSteps(
  step: Step,
  steps: readonly Step[],
  chosen: ReadonlyMap<string, Step>,
): { everywhere: string[]; here: string[]; ended: string[] } {
  const everywhere: string[] = [];
  const here: string[] = [];
  const ended: string[] = [];
  const follow = (id: string, onlyHere: boolean) => {
    if (chosen.has(id)) {
      (onlyHere ? here : everywhere).push(id);
      return;
    }
    const left = steps.find((other) => other.id === id);
    for (const need of left?.needs ?? []) follow(need, false);
    for (const need of left?.needsHere ?? []) follow(need, onlyHere);
    for (const before of left?.after ?? []) followEnd(before);
  };
  const followEnd = (id: string) => {
    if (chosen.has(id)) {
      ended.push(id);
      return;
    }
    const left = steps.find((other) => other.id === id);
    for (const need of [...(left?.needs ?? []), ...(left?.needsHere ?? []), ...(left?.after ?? [])])
      followEnd(need);
  };
  for (const need of step.needs) follow(need, false);
  for (const need of step.needsHere ?? []) follow(need, true);
  for (const before of step.after ?? []) followEnd(before);
  return {
    everywhere,
    here: here.filter((id) => !everywhere.includes(id)),
    ended: [...new Set(ended)].filter((id) => !everywhere.includes(id)),
  };
}
