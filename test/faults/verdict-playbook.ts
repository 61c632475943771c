import { nodeName } from './blueprint.ts';
import type { Evidence } from './evidence.ts';
import type { PlaybookPlan } from './plan.ts';
import { nameIn, type Scope } from './scope.ts';
import type { Strike } from './strikes.ts';

/** A playbook ends with the process that drives its run: these end that, or make it let go of the run. */
const ENDS_PLAYBOOKS: ReadonlySet<Strike['kind']> = new Set([
  ...(['kill', 'kill-worker', 'pause', 'postgres'] as const),
]);
/** It goes to the machines by itself, and finds one away that is. */
const KEEPS_AWAY: ReadonlySet<Strike['kind']> = new Set([
  ...(['cut', 'stall', 'sshd', 'reboot', 'reset'] as const),
]);

const during = (
  { provision: { from, until } }: Scope,
  { strikes }: Evidence,
  kinds: ReadonlySet<Strike['kind']>,
) =>
  strikes.filter((strike) => kinds.has(strike.kind) && strike.until >= from && strike.from <= until).length;

/** Whether nobody may know what became of it in this provision. */
export const mayBeUnknown = (evidence: Evidence, scope: Scope, task: string): boolean =>
  task === evidence.plan.playbook?.id && during(scope, evidence, ENDS_PLAYBOOKS) > 0;

/** Whether the provision may end since a machine was away when the playbook came. */
export const mayBreak = (evidence: Evidence, scope: Scope, line: string): boolean =>
  / broke\b/.test(line) && evidence.plan.playbook !== null && during(scope, evidence, KEEPS_AWAY) > 0;

/** It came to every machine once, or once more for a reason. */
export function playbookProblems(evidence: Evidence, scope: Scope): string[] {
  const { playbook, machines } = evidence.plan;
  if (!playbook) return [];
  const mayBegin = mayCome(evidence, scope, playbook);
  return Array.from({ length: machines }, (_, i) => i + 1).flatMap((machine) => {
    const what = nameIn(scope, playbook.id, machine);
    const entries = scope.entries(machine).filter(({ entry }) => entry.step === playbook.id);
    const count = (word: string) => entries.filter(({ entry }) => entry.what === word).length;
    const begun = count('begin');
    return [
      ...(begun > mayBegin
        ? [`${what} came to ${nodeName(machine)} ${begun} times where ${mayBegin} were due`]
        : []),
      ...(count('ok') < 1 ? [`${what} was never done`] : []),
    ];
  });
}

function mayCome(evidence: Evidence, scope: Scope, { id, repeatable }: PlaybookPlan): number {
  const again = scope.unknown.filter(({ task, answer }) => task === id && answer === 'again').length;
  const broken = scope.outcomes.filter((line) => mayBreak(evidence, scope, line)).length;
  const repeats = repeatable ? during(scope, evidence, ENDS_PLAYBOOKS) : 0;
  return 1 + again + broken + repeats + scope.cancels;
}
