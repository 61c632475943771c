import type { Database } from '../db/client.ts';
import {
  type Environment,
  environmentById,
  lockPool,
  type Node,
  nodeById,
  nodesOf,
  releaseNodes,
  setEnvironmentState,
  updateNode,
} from '../db/environments.ts';
import { appendEvent } from '../db/events.ts';
import {
  dropHold,
  type Hold,
  HoldLost,
  heavyTasksRunning,
  type Run,
  renewHold,
  runById,
  type TaskRow,
  tasksOf,
  updateRun,
  updateTask,
} from '../db/runs.ts';
import type { Blueprint } from './blueprint/blueprint.ts';
import { formatDuration } from './duration.ts';
import { environmentStateAfter } from './environment-state.ts';
import { type LineWriter, openLineWriter } from './line-writer.ts';
import { type NodeLink, openNodeLink } from './node-link.ts';
import type { Provider } from './provider.ts';
import { outcome, schedule } from './schedule.ts';
import { scriptEnv } from './script-env.ts';
import { execute } from './steps/execute.ts';
import type { StepMachine, StepResult } from './steps/step.ts';
import type { Transport } from './transport.ts';

export interface DriveOptions {
  readonly database: Database;
  readonly transport: Transport;
  readonly provider: (pool: string) => Provider;
  /** Heavy tasks that a pool bears at once, over all of its runs. */
  readonly heavySlots: (pool: string) => number;
  readonly holdSeconds: number;
  readonly log: (line: string) => void;
}

/** One worker's drive of one run: from taking it up, perhaps in its middle, to its end or to letting go. */
export interface Drive {
  /** Resolves when the run has ended, or was let go, or the hold was lost. Never rejects. */
  readonly finished: Promise<void>;
  /** Somebody asked for the run's end. */
  cancel(): void;
  /** Lets go: what runs on nodes goes on, and another worker may take the run at once. */
  letGo(): Promise<void>;
}

/** How often a heavy task that found no free slot asks again, in ms. */
const SLOT_RETRY_MS = 500;

export function startDrive(hold: Hold, options: DriveOptions): Drive {
  const { database, log } = options;
  const cancel = new AbortController();
  let released = false;
  const renewal = setInterval(() => void renew(), (options.holdSeconds * 1000) / 3);
  const machines = new Map<number, StepMachine>();
  let wake: () => void = () => {};

  async function renew(): Promise<void> {
    try {
      if (await renewHold(database.db, hold, options.holdSeconds)) return;
      log(`run ${hold.runId}: the hold was lost; letting go`);
      release();
    } catch (error) {
      log(`run ${hold.runId}: could not renew the hold: ${(error as Error).message}`);
    }
  }

  function release(): void {
    released = true;
    clearInterval(renewal);
    for (const { link } of machines.values()) link.close();
    wake();
  }

  async function drive(): Promise<void> {
    const run = await runById(database.db, hold.runId);
    if (!run) return;
    const environment = await environmentById(database.db, run.environmentId);
    const tasks = await tasksOf(database.db, run.id);
    const lines = openLineWriter(database.db, hold, Object.values(environment.secrets));
    if (run.cancelledBy) cancel.abort();
    if (run.state === 'queued') await begin(run);
    await runTasks(run, environment, tasks, lines);
    if (released) return;
    await lines.flush();
    await end(run, environment, tasks);
  }

  async function begin(run: Run): Promise<void> {
    await database.db.transaction(async (tx) => {
      await updateRun(tx, hold, { state: 'running', startedAt: new Date() });
      await appendEvent(tx, { kind: 'run.started', runId: run.id, environmentId: run.environmentId });
    });
    run.startedAt = new Date();
  }

  /** Keeps every ready task running until none is left. `tasks` is our copy; the database is written first. */
  async function runTasks(
    run: Run,
    environment: Environment,
    tasks: TaskRow[],
    lines: LineWriter,
  ): Promise<void> {
    const running = new Set<number>();
    let failure: unknown;
    const launch = (task: TaskRow, recovered: boolean): void => {
      running.add(task.ordinal);
      runTask({ run, environment, task, lines, recovered })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          running.delete(task.ordinal);
          wake();
        });
    };
    for (const task of tasks) if (task.state === 'running') launch(task, true);
    for (;;) {
      if (failure) throw failure;
      if (released) return;
      // Made before looking, so that a task that ends while we look is not missed.
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const next = schedule(tasks, cancel.signal.aborted);
      if (next.ended && running.size === 0) return;
      await skip(
        run,
        next.skip.map((ordinal) => tasks[ordinal] as TaskRow),
      );
      let noSlot = false;
      for (const ordinal of next.ready) {
        const task = tasks[ordinal] as TaskRow;
        if (await begun(run, environment, task)) launch(task, false);
        else noSlot = true;
      }
      if (next.skip.length > 0) continue;
      const retry = noSlot ? setTimeout(() => wake(), SLOT_RETRY_MS) : undefined;
      await woken;
      clearTimeout(retry);
    }
  }

  /** Marks the task as running, in one critical section with counting the pool's heavy ones; false if there is no slot. */
  async function begun(run: Run, environment: Environment, task: TaskRow): Promise<boolean> {
    const change = { state: 'running' as const, attempt: task.attempt + 1, startedAt: new Date() };
    const started = await database.db.transaction(async (tx) => {
      if (task.slots > 0) {
        await lockPool(tx, environment.pool);
        if ((await heavyTasksRunning(tx, environment.pool)) >= options.heavySlots(environment.pool))
          return false;
      }
      await updateTask(tx, hold, task.id, change);
      await appendEvent(tx, taskEvent(run, task, 'task.started', {}));
      return true;
    });
    if (started) Object.assign(task, change);
    return started;
  }

  async function skip(run: Run, skipped: TaskRow[]): Promise<void> {
    if (skipped.length === 0) return;
    const change = { state: 'skipped' as const, endedAt: new Date() };
    await database.db.transaction(async (tx) => {
      for (const task of skipped) await updateTask(tx, hold, task.id, change);
      await appendEvent(tx, { kind: 'tasks.skipped', runId: run.id, environmentId: run.environmentId });
    });
    for (const task of skipped) Object.assign(task, change);
  }

  async function runTask(job: {
    run: Run;
    environment: Environment;
    task: TaskRow;
    lines: LineWriter;
    recovered: boolean;
  }): Promise<void> {
    const { run, environment, task, lines, recovered } = job;
    const output = lines.open(task.id);
    const on = task.nodeId === null ? null : await machine(task.nodeId);
    const result = await execute({
      task,
      run,
      hold,
      environment,
      database,
      recovered,
      output,
      on,
      provider: options.provider,
      blueprint: run.blueprint as Blueprint,
      cancel: cancel.signal,
      env: async (node) => scriptEnv(environment, node.id, await nodesOf(database.db, node.environmentId)),
    }).catch((error: unknown): StepResult => {
      if (error instanceof HoldLost || released) throw error;
      log(`run ${run.id}, ${task.step}: ${(error as Error).stack}`);
      return { state: 'broke', detail: (error as Error).message };
    });
    if (released) return;
    await finish(run, task, on, result);
  }

  async function finish(run: Run, task: TaskRow, on: StepMachine | null, result: StepResult): Promise<void> {
    const change = {
      state: result.state,
      exitCode: result.exitCode ?? null,
      detail: result.detail ?? null,
      endedAt: new Date(),
    };
    await database.db.transaction(async (tx) => {
      await updateTask(tx, hold, task.id, change);
      if (on && result.state === 'broke') await updateNode(tx, on.node.id, { state: 'broke' });
      await appendEvent(
        tx,
        taskEvent(run, task, `task.${result.state}`, { node: on?.node.name ?? null, detail: change.detail }),
      );
    });
    Object.assign(task, change);
  }

  async function end(run: Run, environment: Environment, tasks: TaskRow[]): Promise<void> {
    const current = (await runById(database.db, run.id)) ?? run;
    const state = outcome(tasks, current.cancelledBy !== null);
    const endedAt = new Date();
    const summary = summarise(tasks, current, endedAt);
    await database.db.transaction(async (tx) => {
      const next = environmentStateAfter(run.kind, state, environment.state);
      if (run.kind === 'destroy' && state === 'succeeded') await releaseNodes(tx, environment.id);
      await setEnvironmentState(tx, environment.id, next);
      await updateRun(tx, hold, { state, endedAt, summary });
      await dropHold(tx, hold);
      await appendEvent(tx, {
        kind: 'run.ended',
        runId: run.id,
        environmentId: environment.id,
        channel: run.channel,
        data: { state, kind: run.kind, environment: environment.name, summary },
      });
    });
  }

  async function machine(nodeId: number): Promise<StepMachine> {
    const known = machines.get(nodeId);
    if (known) return known;
    const node = await nodeById(database.db, nodeId);
    const found = machines.get(nodeId) ?? open(node);
    machines.set(nodeId, found);
    return found;
  }

  function open(node: Node): StepMachine {
    const provider = options.provider(node.pool);
    const link: NodeLink = openNodeLink({
      transport: options.transport,
      endpoint: () => provider.endpoint(node.machine),
    });
    return { node, provider, link };
  }

  const finished = drive()
    .catch((error: unknown) => {
      if (error instanceof HoldLost || released) log(`run ${hold.runId}: ${(error as Error).message}`);
      else log(`run ${hold.runId}: the worker let go: ${(error as Error).stack}`);
    })
    .finally(release);

  return {
    finished,
    cancel: () => {
      cancel.abort();
      wake();
    },
    async letGo() {
      release();
      await finished;
      await dropHold(database.db, hold).catch(() => {});
    },
  };
}

function taskEvent(run: Run, task: TaskRow, kind: string, data: Record<string, unknown>) {
  return {
    kind,
    runId: run.id,
    taskId: task.id,
    environmentId: run.environmentId,
    data: { step: task.step, title: task.title, ...data },
  };
}

/** One line about how it ended: the first thing that went wrong, and how long it took. */
function summarise(tasks: readonly TaskRow[], run: Run, endedAt: Date): string {
  const took = formatDuration(endedAt.getTime() - (run.startedAt ?? run.createdAt).getTime());
  const first = tasks
    .filter((task) => task.state === 'failed' || task.state === 'broke' || task.state === 'unknown')
    .sort((a, b) => (a.endedAt?.getTime() ?? 0) - (b.endedAt?.getTime() ?? 0))[0];
  if (first) return `${first.title}: ${first.detail ?? first.state} (after ${took})`;
  if (run.cancelledBy) return `by ${run.cancelledBy}, after ${took}`;
  return `in ${took}`;
}
