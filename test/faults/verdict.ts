import { nodeName } from './blueprint.ts';
import type { Evidence } from './evidence.ts';
import type { Entry } from './journal.ts';
import type { StepPlan } from './plan.ts';
import type { Strike } from './strikes.ts';
import { outputProblems } from './verdict-output.ts';
import { toldProblems } from './verdict-told.ts';

/** What was not as it must be; nothing if all was well. */
export function problemsOf(evidence: Evidence): string[] {
  const problems: string[] = [];
  for (let machine = 1; machine <= evidence.plan.machines; machine += 1) {
    for (const step of evidence.plan.steps) {
      problems.push(...runProblems(evidence, step, machine), ...outputProblems(evidence, step, machine));
    }
  }
  return [
    ...problems,
    ...questionProblems(evidence),
    ...cancelProblems(evidence),
    ...takeoverProblems(evidence),
    ...endProblems(evidence),
    ...toldProblems(evidence),
  ];
}

/** Faults after which a machine may not know what became of what it ran. */
export const woundsOf = ({ strikes }: Evidence, machine: number) =>
  strikes.filter(
    (strike) =>
      strike.machine === machine &&
      (strike.kind === 'reboot' || strike.kind === 'reset' || strike.kind === 'disk'),
  );

/** A run that is cancelled while nobody knows what became of a task ends as unknown. */
export const cancelsOf = ({ record }: Evidence) =>
  record.outcomes.filter((line) => / cancelled\b| unknown: provision\b/.test(line)).length;

/** Every step of every machine ran once, or once more for a reason. */
function runProblems(evidence: Evidence, step: StepPlan, machine: number): string[] {
  const node = nodeName(machine);
  const what = `${step.id}@${node}`;
  const entries = (evidence.journals[machine - 1] ?? []).filter((entry) => entry.step === step.id);
  const count = (word: Entry['what']) => entries.filter((entry) => entry.what === word).length;
  const [begun, failed, ok] = [count('begin'), count('fail'), count('ok')];
  const wounds = woundsOf(evidence, machine).length;
  const again = evidence.record.unknown.filter(
    ({ task, answer }) => task === what && answer === 'again',
  ).length;
  const mayRepeat = step.repeatable ? wounds : 0;
  const mayBegin = 1 + failed + mayRepeat + again + cancelsOf(evidence);
  const story = entries.map(({ attempt, what: word }) => `${attempt} ${word}`).join(', ');
  const problems: string[] = [];
  const twice = entries.filter(({ what: word }) => word === 'begin').map(({ task }) => task);
  if (new Set(twice).size < twice.length) problems.push(`${what}: one attempt ran twice (${story})`);
  if (begun > mayBegin) problems.push(`${what} began ${begun} times where ${mayBegin} were due (${story})`);
  if (ok < 1) problems.push(`${what} was never done (${story})`);
  if (ok > 1 + mayRepeat) problems.push(`${what} was done ${ok} times (${story})`);
  if (failed !== step.failures && wounds === 0)
    problems.push(`${what} failed ${failed} times instead of ${step.failures} (${story})`);
  return problems;
}

/** Nobody is asked, and nothing breaks, without a reason. */
function questionProblems(evidence: Evidence): string[] {
  const { record, plan } = evidence;
  const machines = Array.from({ length: plan.machines }, (_, i) => i + 1);
  const wounded = machines.filter((machine) => woundsOf(evidence, machine).length > 0).map(nodeName);
  const unasked = record.unknown.filter(({ task }) => !wounded.includes(task.split('@')[1] ?? ''));
  const hasFullDisk = evidence.strikes.some(({ kind }) => kind === 'disk');
  const isCancelled = plan.faults.some(({ kind }) => kind === 'cancel');
  const mayBe = (line: string) =>
    (/ cancelled\b/.test(line) && isCancelled) ||
    // A run that is ended while nobody knows what became of a task does not wait for the answer.
    (/ unknown\b/.test(line) && isCancelled && wounded.length > 0) ||
    (/ broke\b/.test(line) && hasFullDisk);
  return [
    ...unasked.map(({ task, why }) => `people were asked about ${task} without a reason: ${why}`),
    ...record.outcomes.filter((line) => !mayBe(line)).map((line) => `ended badly without a reason: ${line}`),
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
function endProblems(evidence: Evidence): string[] {
  const { tasks, runState, environmentState, leftovers, endedByThemselves } = evidence;
  const undone = tasks.filter(({ state }) => state !== 'done');
  return [
    ...(runState === 'succeeded' ? [] : [`the run is ${runState}`]),
    ...(environmentState === 'ready' ? [] : [`the environment is ${environmentState}`]),
    ...undone.map(({ step, node, state }) => `${step}@${node} is ${state}`),
    ...leftovers.map((process) => `still runs: ${process}`),
    ...endedByThemselves,
  ];
}
