import type { Database, Queryable } from '../db/client.ts';
import { type Environment, lockEnvironment, setEnvironmentState } from '../db/environments.ts';
import { appendEvent } from '../db/events.ts';
import {
  activeRun,
  announceAnswer,
  latestRuns,
  lockRun,
  type Run,
  reopenRun,
  requestCancel,
  type TaskRow,
} from '../db/runs.ts';
import type { RunKind } from '../db/schema.ts';
import { decideTask, lockTasks } from '../db/tasks.ts';
import { cited } from './cited.ts';
import { isUnkept } from './drop-unkept.ts';
import { environmentStateDuring } from './environment-state.ts';
import type { Action } from './plan.ts';
import { noEnvironment, Refusal } from './refusal.ts';
import { endUnbegun } from './run-turns.ts';
import { findUnknown, nameOf } from './task-names.ts';
import { whatIsLeft } from './what-is-left.ts';
import type { Requester } from './write-run.ts';

/** What became of a task of which the bot could not find out. */
export type Answer = 'done' | 'again' | 'failed';

/** What people may do about runs that are there. Every method throws {@link Refusal} when it cannot be done as things are. */
export interface Interventions {
  /** Asks for the end of the environment's run; the run that was asked to end, cancelled at once where nobody had taken it up. */
  cancel(environment: string, by: Requester): Promise<Run>;
  /**
   * Goes on with the environment's last run that did not succeed, from what did not get done. It is the run of who asks for this from now on, and its
   * outcome is told where that was.
   */
  retry(environment: string, by: Requester): Promise<Run>;
  /** Says what became of unknown tasks: of the step `task`, or of one node of it (`step@node`). The tasks that this settled. */
  resolve(environment: string, task: string, answer: Answer, by: Requester): Promise<string[]>;
}

/** `served` throws the {@link Refusal} of an environment whose pool nobody serves: its run would neither go on nor end. */
export function createInterventions(
  database: Database,
  served: (environment: Environment) => unknown,
): Interventions {
  /** Locks the environment and its run: the one that goes on, or else the one that `choose` picks, the last one if it is not given. */
  function onLastRun<T>(
    name: string,
    work: (tx: Queryable, environment: Environment, run: Run | null) => Promise<T>,
    choose: (latestFirst: readonly Run[]) => Run | undefined = ([last]) => last,
  ): Promise<T> {
    return database.db.transaction(async (tx) => {
      const environment = await lockEnvironment(tx, name);
      if (!environment) throw noEnvironment(name);
      const found =
        (await activeRun(tx, environment.id)) ?? choose(await latestRuns(tx, environment.id, RUNS_LOOKED_AT));
      return work(tx, environment, found ? await lockRun(tx, found.id) : null);
    });
  }

  return {
    cancel: (name, by) =>
      onLastRun(name, async (tx, environment, run) => {
        if (!run || run.endedAt !== null) {
          throw new Refusal(`nothing is running on ${name}`, `status ${name} shows how the last run ended`);
        }
        const done = await by.admit?.(tx, { kind: 'cancel', environment, start: null });
        await requestCancel(tx, run, by.display);
        await appendEvent(tx, event('run.cancel-requested', run, environment, by, { command: run.command }));
        const isOver = await endUnbegun(tx, run, environment);
        if (!isOver) served(environment);
        await done?.(run);
        return isOver ? { ...run, state: 'cancelled' as const } : run;
      }),

    retry: (name, by) =>
      onLastRun(
        name,
        async (tx, environment, run) => {
          const tasks = run ? await lockTasks(tx, run.id) : [];
          const unknown = tasks.filter(({ state }) => state === 'unknown');
          if (run?.state === 'waiting' && unknown[0])
            throw await unresolved(tx, environment, unknown, unknown[0]);
          if (!run || run.endedAt === null || run.state === 'succeeded') throw nothingToRetry(name, run);
          if (unknown[0]) throw await unresolved(tx, environment, unknown, unknown[0]);
          served(environment);
          const stateThen = stateForRetryIn(tasks);
          const left = tasks.filter((task) => stateThen(task) !== null);
          const start = await whatIsLeft(tx, environment, run, left);
          const done = await by.admit?.(tx, { kind: 'retry', environment, start, repeats: run });
          for (const task of left) {
            const state = stateThen(task) ?? task.state;
            const anew = { notBefore: null, endedAt: null, attemptsBefore: task.attempt };
            await decideTask(tx, task.id, { state, ...anew });
          }
          await reopenRun(tx, run, takenOver(run, by));
          await setEnvironmentState(tx, environment.id, environmentStateDuring(run.kind, environment.state));
          await appendEvent(tx, event('run.retried', run, environment, by, { command: run.command }));
          await done?.(run);
          return run;
        },
        toRetry,
      ),

    resolve: (name, what, answer, by) =>
      onLastRun(name, async (tx, environment, run) => {
        const tasks = run ? await lockTasks(tx, run.id) : [];
        const settled = await findUnknown(tx, name, tasks, what);
        const done = await by.admit?.(tx, { kind: 'resolve', environment, start: null });
        const detail = `${by.display} says: ${WORDS[answer]}`;
        for (const { task } of settled) {
          const change = { detail, endedAt: new Date(), notBefore: null, attemptsBefore: task.attempt };
          await decideTask(tx, task.id, { ...change, state: stateFor(answer, run) });
        }
        if (run) {
          if (run.state === 'waiting') await reopenRun(tx, run);
          else if (run.endedAt === null) await announceAnswer(tx, run.id);
          await appendEvent(
            tx,
            event('task.resolved', run, environment, by, { task: what, answer, tasks: settled.length }),
          );
          await done?.(run);
        }
        return settled.map(({ name: settledName }) => settledName);
      }),
  };
}

/** How far back a run that did not get done is looked for. */
const RUNS_LOOKED_AT = 50;

/** After these, what did not get done before them is still to be done: people look, and mend by hand. */
const LEAVES_WORK: ReadonlySet<RunKind> = new Set(['exec', 'verify', 'inspect', 'diff', 'snapshot']);

/**
 * The last run; if that succeeded and only looked or mended, the last one before it that did more, if it did not get done: of repairs one
 * that failed. A command that failed some time ago is never meant.
 */
function toRetry(latestFirst: readonly Run[]): Run | undefined {
  const [last] = latestFirst;
  if (last?.state !== 'succeeded') return last;
  const mended = (run: Run) => run.kind === 'repair' && run.state === 'succeeded';
  const work = latestFirst.find((run) => !LEAVES_WORK.has(run.kind) && !mended(run));
  return work && work.state !== 'succeeded' ? work : last;
}

/** It is theirs who retries it: they are told its outcome, also of what a schedule had asked for. Who began it stays in the events. */
function takenOver({ detail }: Run, { channel, personId, display }: Requester) {
  const { scheduled: _, ...rest } = detail;
  return { channel, personId, requester: display, detail: rest };
}

const WORDS: Readonly<Record<Answer, string>> = {
  done: 'it was done',
  again: 'run it again',
  failed: 'it failed',
};

/** In a run that has ended, what is to run again waits for `retry`. */
function stateFor(answer: Answer, run: Run | null): TaskRow['state'] {
  if (answer === 'again') return run?.endedAt === null ? 'waiting' : 'skipped';
  return answer;
}

/** Facts and disks that belong together: all of them are taken anew if not all were. */
const KEPT_TOGETHER: ReadonlySet<Action['kind']> = new Set(['facts', 'snapshot']);

/** What each of a run's tasks is to be when it goes on; null: as it is. */
function stateForRetryIn(tasks: readonly TaskRow[]): (task: TaskRow) => TaskRow['state'] | null {
  // The disks were taken away again when the run ended: engine/drop-unkept.ts.
  const anew = isUnkept(tasks);
  return (task) => {
    const again = anew && task.state === 'done' && KEPT_TOGETHER.has((task.action as Action).kind);
    return again ? 'waiting' : stateForRetry(task);
  };
}

/** The same of a task by itself. */
function stateForRetry({ state, action, attempt, onFailure }: TaskRow): TaskRow['state'] | null {
  switch (state) {
    case 'skipped':
    case 'cancelled':
      return 'waiting';
    case 'failed':
      return onFailure === 'continue' ? null : 'waiting';
    case 'broke':
      // Nobody knows what became of it on its node: it is asked there first, as after a restart.
      return (action as Action).kind === 'script' && attempt > 0 ? 'running' : 'waiting';
    default:
      return null;
  }
}

function nothingToRetry(name: string, run: Run | null): Refusal {
  if (!run) return new Refusal(`${name} has had no run yet`, `provision ${name}`);
  if (run.state === 'succeeded')
    return new Refusal(`the last run on ${name} succeeded: ${cited(run.command)}`, `status ${name} shows it`);
  return new Refusal(
    `a run goes on on ${name}: ${cited(run.command)}`,
    `wait for its outcome, or: cancel ${name}`,
  );
}

async function unresolved(
  tx: Queryable,
  { name }: Environment,
  unknown: readonly TaskRow[],
  first: TaskRow,
): Promise<Refusal> {
  const what = await nameOf(tx, first);
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return new Refusal(
    `nobody knows what became of ${what}${more}`,
    `look, then say: resolve ${name} ${what} done, again or failed`,
  );
}

function event(
  kind: string,
  run: Run,
  environment: Environment,
  by: Requester,
  data: Record<string, unknown>,
) {
  return {
    kind,
    runId: run.id,
    environmentId: environment.id,
    personId: by.personId ?? undefined,
    channel: by.channel,
    data: { ...data, by: by.display, environment: environment.name },
  };
}
