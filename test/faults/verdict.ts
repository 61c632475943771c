import { nodeName } from './blueprint.ts';
import type { Evidence } from './evidence.ts';
import type { Entry } from './journal.ts';
import { dueTimes, type StepPlan } from './plan.ts';
import { nameIn, type Scope, scopesOf } from './scope.ts';
import type { Strike } from './strikes.ts';
import { copyProblems } from './verdict-copies.ts';
import { outputProblems } from './verdict-output.ts';
import { mayBeUnknown, mayBreak, playbookProblems } from './verdict-playbook.ts';
import { toldProblems } from './verdict-told.ts';

/** What was not as it must be; nothing if all was well. */
export function problemsOf(evidence: Evidence): string[] {
  const scopes = scopesOf(evidence);
  const problems: string[] = [];
  for (const scope of scopes) {
    for (let machine = 1; machine <= evidence.plan.machines; machine += 1) {
      for (const step of evidence.plan.steps)
        problems.push(...runProblems(scope, step, machine), ...outputProblems(scope, step, machine));
    }
    problems.push(...playbookProblems(evidence, scope), ...questionProblems(evidence, scope));
  }
  return [
    ...problems,
    ...copyProblems(evidence, scopes),
    ...onceProblems(evidence),
    ...cancelProblems(evidence),
    ...takeoverProblems(evidence),
    ...endProblems(evidence),
    ...toldProblems(evidence),
  ];
}

/** Every step of every machine ran once, or once more for a reason; what was done already did not run. */
function runProblems(scope: Scope, step: StepPlan, machine: number): string[] {
  const what = nameIn(scope, step.id, machine);
  const entries = scope
    .entries(machine)
    .map(({ entry }) => entry)
    .filter((entry) => entry.step === step.id);
  const count = (word: Entry['what']) => entries.filter((entry) => entry.what === word).length;
  const [begun, failed, ok] = [count('begin'), count('fail'), count('ok')];
  const story = entries
    .filter(({ what: word }) => word !== 'found')
    .map(({ attempt, what: word }) => `${attempt} ${word}`)
    .join(', ');
  const due = dueTimes(step, machine, scope.index);
  if (due === 0) return begun === 0 ? [] : [`${what} was done already, and began (${story})`];
  const wounds = scope.wounds(machine).length;
  const again = scope.unknown.filter(
    ({ task, answer }) => task === `${step.id}@${nodeName(machine)}` && answer === 'again',
  ).length;
  const mayRepeat = step.repeatable ? wounds : 0;
  const mayBegin = 1 + failed + mayRepeat + again + scope.cancels;
  const firstOk = entries.findIndex((entry) => entry.what === 'ok');
  const problems: string[] = [];
  if (begun > mayBegin) problems.push(`${what} began ${begun} times where ${mayBegin} were due (${story})`);
  if (ok < 1) problems.push(`${what} was never done (${story})`);
  if (ok > 1 + mayRepeat) problems.push(`${what} was done ${ok} times (${story})`);
  if (step.doneIf && firstOk !== -1 && entries.slice(firstOk).some((entry) => entry.what === 'begin'))
    problems.push(`${what} began again although its done_if held (${story})`);
  if (failed !== due - 1 && wounds === 0)
    problems.push(`${what} failed ${failed} times instead of ${due - 1} (${story})`);
  return problems;
}

/** No attempt ran twice, in whichever provision. */
function onceProblems({ journals }: Evidence): string[] {
  return journals.flatMap((journal, i) => {
    const seen = new Set<string>();
    return journal.flatMap(({ task, step, what }) => {
      const isTwice = what === 'begin' && seen.has(task);
      if (what === 'begin') seen.add(task);
      return isTwice ? [`${step}@${nodeName(i + 1)}: one attempt ran twice (${task})`] : [];
    });
  });
}

/** Nobody is asked, and nothing breaks, without a reason. */
function questionProblems(evidence: Evidence, scope: Scope): string[] {
  const { plan, strikes } = evidence;
  const machines = Array.from({ length: plan.machines }, (_, i) => i + 1);
  const wounded = machines.filter((machine) => scope.wounds(machine).length > 0).map(nodeName);
  const unasked = scope.unknown.filter(
    ({ task }) => !wounded.includes(task.split('@')[1] ?? '') && !mayBeUnknown(evidence, scope, task),
  );
  const hasFullDisk = strikes.some(({ kind }) => kind === 'disk');
  const isCancelled = plan.faults.some(({ kind }) => kind === 'cancel');
  const mayBe = (line: string) =>
    (/ cancelled\b/.test(line) && isCancelled) ||
    // A run that is ended while nobody knows what became of a task does not wait for the answer.
    (/ unknown\b/.test(line) && isCancelled && (wounded.length > 0 || mayBeUnknown(evidence, scope, 'p1'))) ||
    (/ broke\b/.test(line) && hasFullDisk) ||
    mayBreak(evidence, scope, line);
  return [
    ...unasked.map(({ task, why }) => `people were asked about ${task} without a reason: ${why}`),
    ...scope.outcomes.filter((line) => !mayBe(line)).map((line) => `ended badly without a reason: ${line}`),
  ];
}

/** A run that is cancelled has ended on its machines by the time that is told, but for what is named as left. */
function cancelProblems({ record }: Evidence): string[] {
  return record.cancelled.flatMap(({ line, alive }) => {
    const told = (task: string) =>
      / left: /.test(line) && (line.includes(task) || / and \d+ more/.test(line));
    const untold = alive.filter((task) => !told(task));
    return untold.length === 0 ? [] : [`still ran when its end was told: ${untold.join(', ')} (${line})`];
  });
}

/** What was struck down is taken over in time, unless nobody was there to do that or nothing could go on on this machine. */
function takeoverProblems({ strikes }: Evidence): string[] {
  return strikes.flatMap((strike) =>
    strike.takeoverMs !== null && lateBecause(strike, strikes) === 'no reason'
      ? [`${strike.kind} of ${strike.part} was taken over after ${strike.takeoverMs} ms`]
      : [],
  );
}

const TAKEN_OVER_WITHIN_MS = 15_000;
/** On a busy machine somebody always waits for a processor: that alone explains no more than so much. */
const LOAD_EXCUSES_MS = 15_000;
/** Faults during which others cannot take over either. */
const HINDERS: ReadonlySet<Strike['kind']> = new Set([
  ...(['kill', 'kill-bot', 'kill-worker', 'pause', 'pause-bot', 'postgres', 'redis-restart'] as const),
]);

/** Why a takeover took longer than it may; null: it did not. */
export function lateBecause(
  strike: Strike,
  all: readonly Strike[],
): 'load' | 'another fault' | 'no reason' | null {
  const { takeoverMs, stalledMs, from } = strike;
  if (takeoverMs === null || takeoverMs <= TAKEN_OVER_WITHIN_MS) return null;
  if (takeoverMs - Math.min(stalledMs, LOAD_EXCUSES_MS) <= TAKEN_OVER_WITHIN_MS) return 'load';
  const hindered = all.some(
    (other) =>
      other !== strike && HINDERS.has(other.kind) && other.from < from + takeoverMs && other.until > from,
  );
  return hindered ? 'another fault' : 'no reason';
}

/** In the end all is done, and nothing is left. */
function endProblems({
  plan,
  provisions,
  environmentState,
  leftovers,
  endedByThemselves,
}: Evidence): string[] {
  const due = plan.again ? 2 : 1;
  return [
    ...(provisions.length === due ? [] : [`there were ${provisions.length} provisions, not ${due}`]),
    ...provisions.flatMap(({ runState, tasks }, i) => [
      ...(runState === 'succeeded' ? [] : [`the run of provision ${i + 1} is ${runState}`]),
      ...tasks
        .filter(({ state }) => state !== 'done')
        .map(({ step, node, state }) => `${step}@${node} of provision ${i + 1} is ${state}`),
    ]),
    ...(environmentState === 'ready' ? [] : [`the environment is ${environmentState}`]),
    ...leftovers.map((process) => `still runs: ${process}`),
    ...endedByThemselves,
  ];
}
