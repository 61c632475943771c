import { setMaxListeners } from 'node:events';
import { isAway } from '../db/away.ts';
import type { Database } from '../db/client.ts';
import { environmentById, secretsOf } from '../db/environments.ts';
import { inFewWords, reasonOf, withoutValues } from '../db/query-error.ts';
import {
  dropHold,
  type Hold,
  HoldLost,
  type Run,
  renewHold,
  runById,
  type TaskRow,
  tasksOf,
} from '../db/runs.ts';
import { dropUnkept } from './drop-unkept.ts';
import { followEnding } from './follow-ending.ts';
import { createHeavyStarts } from './heavy-starts.ts';
import { openJournal } from './journal.ts';
import { openLineWriter } from './line-writer.ts';
import { maskText } from './mask.ts';
import { withoutNul } from './output/shown-line.ts';
import { OutputNotStored } from './output/store.ts';
import type { Action } from './plan.ts';
import type { Provider } from './provider.ts';
import { openRunMachines, type RunMachines } from './run-machines.ts';
import { beginRun, endRun, waitForAnswers } from './run-turns.ts';
import { execute } from './steps/execute.ts';
import type { StepResult } from './steps/step.ts';
import { taskTells } from './task-progress.ts';
import { createTaskRunner, type TaskRunner } from './task-runner.ts';
import type { Tidier } from './tidier.ts';
import type { Transport } from './transport.ts';

export interface DriveOptions {
  readonly database: Database;
  readonly transport: Transport;
  readonly provider: (pool: string) => Provider;
  /** Slots for heavy tasks that a pool bears at once, over all of its runs. */
  readonly heavySlots: (pool: string) => number;
  /** See {@link RunMachinesOptions.patienceMs}. */
  readonly patienceMs?: (pool: string) => number | undefined;
  readonly holdSeconds: number;
  /** When the hold was asked for, by `performance.now()`: it lasts from then on. */
  readonly asked: number;
  /** Whether this process serves the pool. A run of one that it does not serve any more is let go of: its machines are another's. */
  readonly serves: (pool: string) => boolean;
  /** Gets the machines of runs that have ended. */
  readonly tidier: Tidier;
  readonly log: (line: string) => void;
}

/** One worker's drive of one run: from taking it up, perhaps in its middle, to its end or to letting go. */
export interface Drive {
  /** Resolves when the run has ended or waits for people, or was let go, or the hold was lost. Never rejects. */
  readonly finished: Promise<void>;
  /** Somebody asked for the run's end. */
  cancel(): void;
  /** Somebody answered what became of a task. */
  answered(): void;
  /** Slots of a pool have become free. */
  slotsFreed(): void;
  /** Lets go: what runs on nodes goes on, and another worker may take the run at once. */
  letGo(): Promise<void>;
}

export function startDrive(hold: Hold, options: DriveOptions): Drive {
  const { database, log } = options;
  const cancel = new AbortController();
  // Every task that is under way listens.
  setMaxListeners(0, cancel.signal);
  const letGo = new AbortController();
  let released = false;
  /** The pool whose run it is, once that is known. */
  let pool: string | null = null;
  let runner: TaskRunner | null = null;
  let machines: RunMachines | null = null;
  /** Tells people what the end waits for that somebody asked for; once that is so, the way to stop that. */
  let follow: (() => () => void) | null = null;
  let unfollow: (() => void) | null = null;
  /** Until then the hold is surely ours, by this process's own clock: one that was paused knows that it has to ask. */
  let heldUntil = options.asked + options.holdSeconds * 1000;
  const renewal = setInterval(() => void renew(), (options.holdSeconds * 1000) / 3);

  async function renew(): Promise<void> {
    const asked = performance.now();
    if (isOfAnother()) return void letGoOf();
    try {
      const renewed = await renewHold(database.db, hold, options.holdSeconds);
      if (renewed === null) {
        // The run may have ended just now.
        if (!released) log(`run ${hold.runId}: the hold was lost; letting go`);
        release();
        return;
      }
      heldUntil = asked + options.holdSeconds * 1000;
      // The notification that told of it may have been lost.
      if (renewed.cancelled) stop();
      runner?.answered();
    } catch (error) {
      log(`run ${hold.runId}: could not renew the hold: ${reasonOf(error)}`);
    }
  }

  /**
   * Who stood still may have lost the hold to another; if nobody took the run over, it is simply kept. Once the run was let go of, it
   * is not ours however long the hold would have lasted.
   */
  async function checkHeld(): Promise<void> {
    if (released || isOfAnother()) throw new HoldLost(hold);
    if (performance.now() > heldUntil) await renew();
    if (released || performance.now() > heldUntil) throw new HoldLost(hold);
  }

  const isOfAnother = () => pool !== null && !options.serves(pool);

  async function letGoOf(): Promise<void> {
    release();
    await finished;
    await dropHold(database.db, hold).catch(() => {});
  }

  function release(): void {
    released = true;
    letGo.abort();
    clearInterval(renewal);
    unfollow?.();
    runner?.release();
    machines?.close();
    machines = null;
  }

  function stop(): void {
    cancel.abort();
    runner?.stop();
    if (!released) unfollow ??= follow?.() ?? null;
  }

  async function drive(): Promise<void> {
    const run = await runById(database.db, hold.runId);
    if (run) await driveRun(run);
  }

  async function driveRun(run: Run): Promise<void> {
    const environment = await environmentById(database.db, run.environmentId);
    pool = environment.pool;
    if (isOfAnother()) return void letGoOf();
    const tasks = await tasksOf(database.db, run.id);
    // With those of what is kept: a reset makes them its own again.
    const secrets = await secretsOf(database.db, environment);
    const lines = openLineWriter(database.db, hold, secrets);
    const journal = openJournal(database, hold, environment.id);
    const on = openRunMachines(environment, { ...options, checkHeld, hold });
    machines = on;

    /** A word about a task as it may be stored: what could not be would keep the run from ever ending. */
    const told = (detail: string) => withoutNul(maskText(detail, secrets));

    async function perform(task: TaskRow, recovered: boolean) {
      const machine = task.nodeId === null ? null : await on.of(task.nodeId);
      const result = await execute({
        task,
        run,
        hold,
        environment,
        database,
        recovered,
        output: lines.open(task.id, recovered ? task.outputOffset : 0),
        tell: (detail) => journal.write({ task: taskTells(task, told(detail)) }),
        on: machine,
        provider: options.provider,
        cancel: cancel.signal,
        checkHeld,
        released: letGo.signal,
        around: on.around,
        content: on.content,
        env: on.env,
      }).catch((error: unknown): StepResult => {
        const isOurs = error instanceof HoldLost || error instanceof OutputNotStored || isAway(error);
        // Whoever takes the run up next finds out what became of the task.
        if (isOurs || released) throw error;
        log(`run ${hold.runId}, ${task.step}: ${withoutValues(error as Error)}`);
        return { state: 'broke', detail: inFewWords(error as Error) };
      });
      if (MOVES_MACHINES.has((task.action as Action).kind)) on.changed();
      // What processes and playbooks say of themselves comes this way, too.
      const detail = result.detail && told(result.detail);
      return { result: detail ? { ...result, detail } : result, on: machine };
    }

    const { id: environmentId } = environment;
    const slots = { pool: environment.pool, capacity: options.heavySlots(environment.pool) };
    const mayBeWaiting = run.state !== 'queued' && tasks.some((task) => task.slots > 0);
    const work = createTaskRunner({
      ...slots,
      tasks,
      journal,
      heavy: (retry) => createHeavyStarts({ database, hold, environmentId, ...slots, mayBeWaiting, retry }),
      execute: perform,
      checkHeld,
      answers: () => tasksOf(database.db, run.id),
    });
    runner = work;
    follow = () =>
      followEnding({
        ...{ database, hold, run, log, environment: environment.name },
        ...{ running: work.running, machine: on.of },
      });
    if (released) return work.release();
    // Somebody may have asked for its end while its tasks were being read.
    if (run.cancelledBy || cancel.signal.aborted) stop();
    if (run.state === 'queued') await beginRun(database, hold, run);
    for (;;) {
      await work.run();
      if (released) return;
      await lines.flush();
      if (work.unknown === 0 || cancel.signal.aborted) break;
      const next = await waitForAnswers(database, hold, run, environment);
      if (next === 'waits') return;
      // Just now, or the notification that told of it was lost.
      if (next === 'cancelled') stop();
      else work.answered();
      if (released) return;
    }
    await dropUnkept({ database, run, tasks, machine: on.of, checkHeld, log });
    await endRun(database, hold, run, environment, tasks);
    unfollow?.();
    machines = null;
    options.tidier.tidy(run, tasks, on);
  }

  const finished = drive()
    .catch((error: unknown) => {
      if (error instanceof HoldLost || released) log(`run ${hold.runId}: ${reasonOf(error)}`);
      else log(`run ${hold.runId}: the worker let go: ${withoutValues(error as Error)}`);
    })
    .finally(release);

  return {
    finished,
    cancel: stop,
    answered: () => runner?.answered(),
    slotsFreed: () => runner?.look(),
    letGo: letGoOf,
  };
}

/** Kinds of actions after which a machine may have another address, or stand on another layer. */
const MOVES_MACHINES: ReadonlySet<Action['kind']> = new Set(['create', 'layer', 'reset']);
