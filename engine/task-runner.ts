import type { TaskRow } from '../db/runs.ts';
import type { TaskProgress } from '../db/tasks.ts';
import { pauseBeforeNext, pauseLeft, policyOf } from './attempts.ts';
import type { HeavyStarts } from './heavy-starts.ts';
import type { Entry, Journal } from './journal.ts';
import type { Action } from './plan.ts';
import { createSchedule } from './schedule.ts';
import type { StepMachine, StepResult } from './steps/step.ts';
import { taskBegun, taskEnded, taskPaused, taskSkipped, taskWaits } from './task-progress.ts';

export interface TaskRunnerOptions {
  /** Whose slots heavy tasks take, and how many there are. */
  readonly pool: string;
  readonly capacity: number;
  /** Our copy of the run's tasks; the journal is written first, then this. */
  readonly tasks: readonly TaskRow[];
  readonly journal: Journal;
  readonly heavy: (retry: () => void) => HeavyStarts;
  /** Does what the task's action says. `recovered`: an earlier process began it, and it may be on its node. */
  readonly execute: (
    task: TaskRow,
    recovered: boolean,
  ) => Promise<{ result: StepResult; on: StepMachine | null }>;
  /** Rejects with HoldLost unless this process surely holds the run; asks for that if it may have lost it unheard. */
  readonly checkHeld: () => Promise<void>;
  /** What people have answered of unknown tasks by now: their rows as they are. */
  readonly answers: () => Promise<readonly TaskRow[]>;
}

/** Keeps every task of a run going that can go. */
export interface TaskRunner {
  /**
   * Resolves when nothing can be done any more, for good or until somebody answers; may be called again then. Rejects when
   * it could not write down what happened.
   */
  run(): Promise<void>;
  /** Tasks of which nobody knows whether they were done. */
  readonly unknown: number;
  /** Tasks that are under way now. */
  running(): readonly TaskRow[];
  /** Nothing more is begun. What runs is ended by whoever executes it. */
  stop(): void;
  /** Somebody has answered, or may have. */
  answered(): void;
  /** Looks again: slots may have become free. */
  look(): void;
  /** Ends at once: results that are still to come are not written down. */
  release(): void;
}

export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { pool, capacity, tasks, journal, checkHeld } = options;
  const { goesOn, anew } = takeOver(tasks);
  const schedule = createSchedule(tasks);
  const heavy = options.heavy(look);
  const running = new Set<TaskRow>();
  /** Tasks that wait for the time of their next attempt. */
  const paused = new Map<TaskRow, NodeJS.Timeout>();
  let mayHaveAnswers = false;
  let stopping = false;
  let released = false;
  let failure: unknown;
  let wake: () => void = () => {};

  function look(): void {
    wake();
  }

  const at = (ordinals: readonly number[]) => ordinals.map((ordinal) => tasks[ordinal] as TaskRow);

  /** Writes the change down, and only then lets anything follow from it. */
  async function change(task: TaskRow, progress: TaskProgress, more: Omit<Entry, 'task'> = {}) {
    await journal.write({ ...more, task: progress });
    Object.assign(task, progress);
    note(task);
  }

  /** Where its failure stops the run, what waits for slots does not begin either once there are some. */
  function note(task: TaskRow): void {
    schedule.note(task.ordinal, task.state);
    if (schedule.stopped) heavy.clear();
  }

  async function loop(): Promise<void> {
    // Written down before it is wanted again: the governor counts what is written down as running.
    await Promise.all(
      anew
        .splice(0)
        .map((task) => journal.write({ task: taskWaits(task), freed: task.slots > 0 ? pool : null })),
    );
    for (;;) {
      // What keeps tasks from going on then is no news: it was let go of.
      if (released) return;
      if (failure) throw failure;
      takeUp();
      // Made before looking, so that a task that ends while we look is not missed.
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (mayHaveAnswers) await takeAnswers();
      await skip(at(schedule.takeSkipped()));
      for (const task of at(schedule.takeReady())) begin(task);
      for (const task of await heavy.begin()) launch(task, true, false);
      const idle = running.size === 0 && goesOn.length === 0 && paused.size === 0 && !heavy.waiting;
      if (idle && !schedule.busy && !mayHaveAnswers) return;
      await woken;
    }
  }

  /**
   * Goes on with what is written down as begun. Not with more heavy tasks at a time than the pool has slots for: after a `retry` these
   * are all that broke, and those of them that never came to their nodes begin now. What is to end is not kept waiting.
   */
  function takeUp(): void {
    const slotsOf = ({ slots }: TaskRow) => Math.min(slots, capacity);
    let taken = [...running].reduce((sum, task) => sum + slotsOf(task), 0);
    for (const task of goesOn.splice(0)) {
      if (stopping || task.slots === 0 || taken + slotsOf(task) <= capacity) {
        taken += slotsOf(task);
        launch(task, true);
      } else goesOn.push(task);
    }
  }

  function begin(task: TaskRow): void {
    const pause = pauseLeft(policyOf(task.action as Action), attemptsOf(task), task.notBefore, Date.now());
    if (pause > 0) {
      paused.set(
        task,
        setTimeout(() => resume(task), pause),
      );
    } else if (task.slots > 0) {
      heavy.want(task);
    } else {
      launch(task, false);
    }
  }

  function resume(task: TaskRow): void {
    paused.delete(task);
    // It is over whatever the clock says by now.
    task.notBefore = null;
    schedule.note(task.ordinal, 'waiting');
    look();
  }

  async function skip(skipped: readonly TaskRow[]): Promise<void> {
    for (const task of skipped) {
      clearTimeout(paused.get(task));
      paused.delete(task);
    }
    await Promise.all(skipped.map((task) => change(task, taskSkipped(task))));
  }

  /** `begun`: it is written down as running already. `mayBeThere`: by an earlier process, so that its node may have it. */
  function launch(task: TaskRow, begun: boolean, mayBeThere = begun): void {
    running.add(task);
    // Before it is written down: what is being begun is not passed over when somebody cancels just now.
    schedule.note(task.ordinal, 'running');
    perform(task, begun, mayBeThere)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        running.delete(task);
        look();
      });
  }

  async function perform(task: TaskRow, begun: boolean, mayBeThere: boolean): Promise<void> {
    await checkHeld();
    if (released) return;
    if (!begun) await change(task, taskBegun(task));
    await checkHeld();
    if (released) return;
    const { result, on } = await options.execute(task, mayBeThere);
    if (released) return;
    const freed = task.slots > 0 ? pool : null;
    const pause = pauseBeforeNext(policyOf(task.action as Action), attemptsOf(task), result);
    if (pause !== null) {
      await change(task, taskPaused(task, result, new Date(Date.now() + pause)), { freed });
      return;
    }
    await change(task, taskEnded(task, result), {
      freed,
      ...(on && result.state === 'broke' ? { brokeNode: on.node.id } : {}),
    });
  }

  async function takeAnswers(): Promise<void> {
    mayHaveAnswers = false;
    if (schedule.unknown === 0) return;
    for (const row of await options.answers()) {
      const task = tasks[row.ordinal];
      if (task?.state !== 'unknown' || row.state === 'unknown') continue;
      Object.assign(task, row);
      note(task);
    }
  }

  return {
    run: loop,
    get unknown() {
      return schedule.unknown;
    },
    running: () => [...running],
    stop() {
      stopping = true;
      heavy.clear();
      schedule.stop();
      look();
    },
    answered() {
      mayHaveAnswers = true;
      look();
    },
    look,
    release() {
      released = true;
      heavy.close();
      for (const timer of paused.values()) clearTimeout(timer);
      paused.clear();
      look();
    },
  };
}

/**
 * Tasks that an earlier process began. What it began on nodes goes on under the same attempt, so that no retry is spent on it; what a
 * pool does is simply begun again.
 */
function takeOver(tasks: readonly TaskRow[]): { goesOn: TaskRow[]; anew: TaskRow[] } {
  const began = tasks.filter(({ state }) => state === 'running');
  const anew = began.filter((task) => !mayBeOnNode(task));
  for (const task of anew) task.state = 'waiting';
  return { goesOn: began.filter(mayBeOnNode), anew };
}

/** Since somebody asked for a retry. One that broke and goes on then is the first: that it failed is no reason to do it once more. */
function attemptsOf({ attempt, attemptsBefore }: TaskRow): number {
  return Math.max(1, attempt - attemptsBefore);
}

const ON_NODES: ReadonlySet<Action['kind']> = new Set(['script', 'copy', 'playbook', 'check', 'facts']);

function mayBeOnNode({ action }: TaskRow): boolean {
  return ON_NODES.has((action as Action).kind);
}
