import type { Database, Queryable } from '../db/client.ts';
import {
  type Environment,
  keepEnvironment,
  nodesOf,
  releaseNodes,
  setEnvironmentState,
} from '../db/environments.ts';
import { appendEvent, lastRetryAt } from '../db/events.ts';
import { dropHold, type Hold, type Run, runById, type TaskRow, takeHold, updateRun } from '../db/runs.ts';
import type { RunState } from '../db/schema.ts';
import { stopWaitingForSlots } from '../db/slots.ts';
import { lockTasks, writeProgress } from '../db/tasks.ts';
import { formatDuration } from './duration.ts';
import { environmentStateAfter } from './environment-state.ts';
import { leftBy } from './left-over.ts';
import { type NodeNames, nodeNames } from './node-names.ts';
import type { Action } from './plan.ts';
import { outcome } from './schedule.ts';
import { taskSkipped } from './task-progress.ts';

/** The turns that a run takes as a whole: each is one transaction under the hold. */

export async function beginRun(database: Database, hold: Hold, run: Run): Promise<void> {
  const startedAt = run.startedAt ?? new Date();
  await database.db.transaction(async (tx) => {
    await updateRun(tx, hold, { state: 'running', startedAt });
    await appendEvent(tx, { kind: 'run.started', runId: run.id, environmentId: run.environmentId });
  });
  Object.assign(run, { state: 'running', startedAt });
}

/**
 * Lets go of a run that cannot go on before people have said what became of its unknown tasks (`waits`). Where somebody has answered
 * meanwhile, or asked for its end, there is something to do.
 */
export function waitForAnswers(
  database: Database,
  hold: Hold,
  run: Run,
  environment: Environment,
): Promise<'waits' | 'answered' | 'cancelled'> {
  return database.db.transaction(async (tx) => {
    // The run's row first: whoever answers takes it, too, so that neither misses the other.
    await updateRun(tx, hold, { state: 'running' });
    const unknown = (await lockTasks(tx, run.id)).filter(({ state }) => state === 'unknown');
    const current = await runById(tx, run.id);
    if (current?.cancelledBy) return 'cancelled';
    if (unknown.length === 0) return 'answered';
    await updateRun(tx, hold, { state: 'waiting' });
    await dropHold(tx, hold);
    await stopWaitingForSlots(tx, run.id);
    await appendEvent(tx, {
      kind: 'run.waiting',
      runId: run.id,
      environmentId: environment.id,
      channel: run.channel,
      data: { environment: environment.name, unknown: unknown.length },
    });
    return 'waits';
  });
}

/** The run's result, what that makes of its environment, and the event that tells of it. */
export function endRun(
  database: Database,
  hold: Hold,
  run: Run,
  environment: Environment,
  tasks: readonly TaskRow[],
): Promise<void> {
  return database.db.transaction(async (tx) => {
    // Before the run, as whoever intervenes does: else each would have what the other waits for.
    await keepEnvironment(tx, environment.id);
    // Somebody may have said just now what became of a task.
    const isOpen = tasks.some(({ state }) => state === 'unknown');
    await endIn(tx, hold, run, environment, isOpen ? await lockTasks(tx, run.id) : tasks);
  });
}

/**
 * Ends a run that was to end before anybody took it up: nothing of it has been begun. False when somebody has it, who is to end it. Call
 * with environment and run locked.
 */
export async function endUnbegun(tx: Queryable, run: Run, environment: Environment): Promise<boolean> {
  const hold = run.state === 'queued' ? await takeHold(tx, run.id, 'nobody', 1) : null;
  if (!hold) return false;
  const tasks = await lockTasks(tx, run.id);
  const now = new Date();
  for (const task of tasks) if (task.state === 'waiting') Object.assign(task, taskSkipped(task, now));
  await writeProgress(tx, hold, tasks);
  await endIn(tx, hold, run, environment, tasks);
  return true;
}

async function endIn(
  tx: Queryable,
  hold: Hold,
  run: Run,
  environment: Environment,
  tasks: readonly TaskRow[],
): Promise<void> {
  const current = (await runById(tx, run.id)) ?? run;
  const state = outcome(tasks, current.cancelledBy !== null);
  const endedAt = new Date();
  const nodes = nodeNames(await nodesOf(tx, environment.id));
  // Of a retry, the time since it was asked for: not that since the first try, which may be hours ago.
  const since = (await lastRetryAt(tx, run.id)) ?? current.startedAt ?? current.createdAt;
  const took = formatDuration(Math.max(0, endedAt.getTime() - since.getTime()));
  const summary = summarise(tasks, state, current, took, nodes);
  const cause = state === 'succeeded' || state === 'cancelled' ? undefined : firstCause(tasks);
  await updateRun(tx, hold, { state, endedAt, summary });
  if (run.kind === 'destroy' && state === 'succeeded') await releaseNodes(tx, environment.id);
  await setEnvironmentState(tx, environment.id, environmentStateAfter(run.kind, state, environment.state));
  await stopWaitingForSlots(tx, run.id);
  await dropHold(tx, hold);
  await appendEvent(tx, {
    kind: 'run.ended',
    runId: run.id,
    environmentId: environment.id,
    channel: current.channel,
    data: {
      state,
      kind: run.kind,
      environment: environment.name,
      summary,
      asker: current.personId,
      ...(cause ? { where: nameOf(cause, nodes) } : {}),
      ...(run.detail.snapshot ? { snapshot: run.detail.snapshot } : {}),
    },
  });
}

/** One line about how it ended: the first thing that went wrong, and how long it took. */
export function summarise(
  tasks: readonly TaskRow[],
  state: RunState,
  run: Run,
  took: string,
  nodes: NodeNames,
): string {
  const wrong = wentWrong(tasks);
  if (state === 'succeeded' && run.cancelledBy)
    return `in ${took}; ${run.cancelledBy} asked for its end when there was nothing left to do`;
  if (run.cancelledBy && !wrong.some((task) => task.state === 'unknown'))
    return `by ${run.cancelledBy}, after ${took}; ${leftOver(tasks, nodes)}`;
  const first = firstCause(tasks);
  if (first)
    return `${howMany(first, wrong)}${place(first, wrong, nodes)}: ${first.detail ?? first.state} (after ${took})`;
  return wrong.length > 0 ? `in ${took}, although ${passedOver(wrong)} failed` : `in ${took}`;
}

/** How many checks failed, where the first cause is one of several. */
function howMany(first: TaskRow, wrong: readonly TaskRow[]): string {
  if (!isFailedCheck(first)) return '';
  const checks = new Set(wrong.filter(isFailedCheck).map(({ title }) => title)).size;
  return checks > 1 ? `${checks} checks failed, first: ` : '';
}

const isFailedCheck = ({ state, action }: TaskRow) =>
  state === 'failed' && (action as Action).kind === 'check';

/** The step, and where its role has several nodes on which of them it went wrong. */
function place(first: TaskRow, wrong: readonly TaskRow[], nodes: NodeNames): string {
  const node = nodes.amongSeveral(first);
  if (node === null) return first.title;
  const others = wrong.filter(({ step }) => step === first.step).length - 1;
  return `${first.title} on ${node}${others > 0 ? ` and ${others} more` : ''}`;
}

const nameOf = (task: TaskRow, nodes: NodeNames) => `${task.step}@${nodes.of(task) ?? ''}`;

/** Steps that failed and were passed over, by title, each with why it did on the first of its nodes. */
function passedOver(tasks: readonly TaskRow[]): string {
  const firsts = tasks.filter(({ title }, at) => tasks.findIndex((task) => task.title === title) === at);
  const named = firsts
    .slice(0, MOST_NAMED)
    .map(({ title, detail }) => (detail ? `${title} (${detail})` : title));
  const more = firsts.length - named.length;
  const last = more > 0 ? `${more} more` : named.length > 1 ? named.pop() : null;
  return last ? `${named.join(', ')} and ${last}` : named.join(', ');
}

/** The earliest first. */
function wentWrong(tasks: readonly TaskRow[]): TaskRow[] {
  return tasks
    .filter(({ state }) => state === 'failed' || state === 'broke' || state === 'unknown')
    .sort((a, b) => (a.endedAt?.getTime() ?? 0) - (b.endedAt?.getTime() ?? 0));
}

/** What the run ended by, of what went wrong: not what was passed over. Its summary names it. */
export function firstCause(tasks: readonly TaskRow[]): TaskRow | undefined {
  return wentWrong(tasks).find(({ state, onFailure }) => state !== 'failed' || onFailure !== 'continue');
}

const MOST_NAMED = 5;

/** What a cancelled run has left on its nodes. */
function leftOver(tasks: readonly TaskRow[], nodes: NodeNames): string {
  const left = tasks.flatMap((task) => {
    const what = leftBy(task);
    return what === null ? [] : [`${nameOf(task, nodes)} (${what})`];
  });
  if (left.length === 0) return 'nothing of it runs any more';
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '';
  return `left: ${left.slice(0, MOST_NAMED).join(', ')}${more}`;
}
