import { createHash } from 'node:crypto';
import { contentOf, nodeName } from './blueprint.ts';
import type { Evidence } from './evidence.ts';
import { isEnd } from './journal.ts';
import type { CopyPlan } from './plan.ts';
import type { Scope } from './scope.ts';

/**
 * Every file has landed whole, and once: what came after it has written its name under it, which another landing would have
 * swept away.
 */
export function copyProblems(evidence: Evidence, scopes: readonly Scope[]): string[] {
  const { plan, beside } = evidence;
  const problems: string[] = [];
  for (let machine = 1; machine <= plan.machines; machine += 1) {
    for (const copy of plan.copies) {
      problems.push(...landingProblems(evidence, scopes.at(-1), copy, machine));
      problems.push(...scopes.flatMap((scope) => tornProblems(evidence, scope, copy, machine)));
    }
    const left = beside[machine - 1] ?? [];
    // Who loses its power in the middle has no time to tidy up.
    const hadTime = scopes.every((scope) => scope.wounds(machine).every(({ kind }) => kind === 'disk'));
    if (left.length > 0 && hadTime)
      problems.push(`left beside the files on ${nodeName(machine)}: ${left.join(', ')}`);
  }
  return problems;
}

/** What there is in the end is of the last provision. */
function landingProblems(
  { plan, copied }: Evidence,
  scope: Scope | undefined,
  copy: CopyPlan,
  machine: number,
): string[] {
  const what = `${copy.id}@${nodeName(machine)}`;
  const file = copied.get(what);
  if (!file) return [`${what} has not landed`];
  const entries = (scope?.entries(machine) ?? [])
    .map(({ entry }) => entry)
    .filter(({ step }) => copy.usedBy.includes(step));
  const begun = new Set(entries.map(({ task }) => task));
  const over = new Set(entries.filter(isEnd).map(({ task }) => task));
  const written = file.content.subarray(copy.bytes).toString('latin1').split('\n').slice(0, -1);
  const problems: string[] = [];
  if (!file.content.subarray(0, copy.bytes).equals(contentOf(plan, copy)))
    problems.push(`${what} is not what was copied`);
  if (file.mode !== copy.mode)
    problems.push(`${what} has mode ${file.mode.toString(8)}, not ${copy.mode.toString(8)}`);
  for (const task of over)
    if (!written.includes(task)) problems.push(`${what} landed once more after ${task} had used it`);
  for (const task of written)
    if (!begun.has(task)) problems.push(`${what} did not land anew: ${task} had used it before`);
  if (new Set(written).size < written.length) problems.push(`${what} was used twice by one attempt`);
  return problems;
}

/** Whoever came after it has found it whole. */
function tornProblems({ plan }: Evidence, scope: Scope, copy: CopyPlan, machine: number): string[] {
  const expected = createHash('sha256').update(contentOf(plan, copy)).digest('hex');
  return scope
    .entries(machine)
    .map(({ entry }) => entry)
    .filter(({ what, copy: id, sha256 }) => what === 'found' && id === copy.id && sha256 !== expected)
    .map(({ task }) => `${copy.id}@${nodeName(machine)} was not whole when ${task} came`);
}
