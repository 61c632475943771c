import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { needsOnly } from './run-pools.ts';
import {
  ACTIVE_RUN_STATES,
  DRIVEN_RUN_STATES,
  environments,
  nodes,
  runSteps,
  runs,
  type TaskState,
  tasks,
} from './schema.ts';

export type Run = typeof runs.$inferSelect;
/** A task with what its step says; tasks of one step share the step's values. */
export type TaskRow = typeof tasks.$inferSelect &
  Pick<
    typeof runSteps.$inferSelect,
    'title' | 'action' | 'needs' | 'needsHere' | 'after' | 'slots' | 'onFailure'
  >;

/** A task of a plan that is to be written. */
export type NewTask = Pick<
  TaskRow,
  'step' | 'title' | 'action' | 'needs' | 'needsHere' | 'after' | 'slots' | 'onFailure' | 'nodeId'
>;

/** Writes a run with its tasks, in the plan's order, and rings for a worker. The caller appends the first event in the same transaction. */
export async function insertRun(
  tx: Queryable,
  run: typeof runs.$inferInsert,
  plan: readonly NewTask[],
): Promise<Run> {
  const [row] = await tx.insert(runs).values(run).returning();
  const inserted = row as Run;
  const steps = new Map(plan.map((task) => [task.step, task]));
  if (plan.length > 0) {
    await tx.insert(runSteps).values(
      [...steps.values()].map(({ step, title, action, needs, needsHere, after, slots, onFailure }) => ({
        runId: inserted.id,
        step,
        title,
        action,
        needs,
        needsHere,
        after,
        slots,
        onFailure,
      })),
    );
    const column = (pick: (task: NewTask) => unknown) => sql.param(plan.map(pick));
    await tx.execute(sql`
      insert into tasks (run_id, ordinal, step, node_id)
      select ${inserted.id}, t.n - 1, t.step, t.node_id
      from unnest(${column((task) => task.step)}::text[], ${column((task) => task.nodeId)}::int[])
        with ordinality as t (step, node_id, n)`);
  }
  await notify(tx, CHANNELS.runs, String(inserted.id));
  return inserted;
}

export async function runById(db: Queryable, id: number): Promise<Run | null> {
  const [row] = await db.select().from(runs).where(eq(runs.id, id));
  return row ?? null;
}

/** The run of the environment that has not ended, if there is one. */
export async function activeRun(db: Queryable, environmentId: number): Promise<Run | null> {
  const [row] = await db
    .select()
    .from(runs)
    .where(and(eq(runs.environmentId, environmentId), inArray(runs.state, [...ACTIVE_RUN_STATES])));
  return row ?? null;
}

/** Names of the pool's environments on which a run goes on, or waits. */
export async function environmentsAtWork(db: Queryable, pool: string): Promise<Set<string>> {
  const rows = await db
    .select({ name: environments.name })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .where(and(eq(environments.pool, pool), inArray(runs.state, [...ACTIVE_RUN_STATES])));
  return new Set(rows.map(({ name }) => name));
}

/** The run that a message asked for; null if it asked for none, or was not acted on. */
export async function runOfCause(db: Queryable, cause: string): Promise<Run | null> {
  const [row] = await db.select().from(runs).where(eq(runs.cause, cause));
  return row ?? null;
}

/**
 * Of one environment's runs: the one that has not ended, then those that ended last. Not by id: a `retry` goes on with a run that others
 * were begun after.
 */
export const LATEST_FIRST = [sql`${runs.endedAt} desc nulls first`, desc(runs.id)] as const;

/** The environment's runs: the one that has not ended first, then those that ended last. */
export function latestRuns(db: Queryable, environmentId: number, limit: number): Promise<Run[]> {
  return db
    .select()
    .from(runs)
    .where(eq(runs.environmentId, environmentId))
    .orderBy(...LATEST_FIRST)
    .limit(limit);
}

/** The newest run of the environment that was asked for after this one; it may have ended before it, where this one was retried. */
export async function runBegunAfter(
  db: Queryable,
  run: Pick<Run, 'id' | 'environmentId'>,
): Promise<Run | null> {
  const [row] = await db
    .select()
    .from(runs)
    .where(and(eq(runs.environmentId, run.environmentId), gt(runs.id, run.id)))
    .orderBy(desc(runs.id))
    .limit(1);
  return row ?? null;
}

/** In the plan's order. */
export async function tasksOf(db: Queryable, runId: number): Promise<TaskRow[]> {
  const rows = await db.select().from(tasks).where(eq(tasks.runId, runId)).orderBy(asc(tasks.ordinal));
  return withSteps(db, runId, rows);
}

/** Adds what their steps say. */
export async function withSteps(
  db: Queryable,
  runId: number,
  rows: readonly (typeof tasks.$inferSelect)[],
): Promise<TaskRow[]> {
  const steps = await db.select().from(runSteps).where(eq(runSteps.runId, runId));
  const byName = new Map(steps.map(({ runId: _, ...step }) => [step.step, step]));
  return rows.map((row) => {
    const step = byName.get(row.step);
    if (!step) throw new Error(`run ${runId} has a task of step ${row.step}, but no such step`);
    return { ...row, ...step };
  });
}

/** The steps that these runs have, each once, in alphabetical order. */
export async function stepNames(db: Queryable, runIds: readonly number[]): Promise<string[]> {
  const rows = await db
    .selectDistinctOn([runSteps.step], { step: runSteps.step })
    .from(runSteps)
    .where(inArray(runSteps.runId, [...runIds]))
    .orderBy(asc(runSteps.step));
  return rows.map(({ step }) => step);
}

/** Runs that nobody drives: queued, or their worker's hold has run out. `pools`: only those that need no other pool. */
export async function orphanedRuns(db: Queryable, pools?: readonly string[]): Promise<number[]> {
  const rows = await db.select({ id: runs.id }).from(runs).where(orphaned(pools)).orderBy(asc(runs.id));
  return rows.map((row) => row.id);
}

/** A run that nobody drives, and nobody can who has no more pools than these. */
export interface StrandedRun {
  readonly id: number;
  /** That of its environment. */
  readonly pool: string;
  /** Further pools that it needs nodes of. */
  readonly others: readonly string[];
}

/** Runs that nobody drives, of environments on these pools, that need nodes of other pools, too. */
export async function strandedRuns(db: Queryable, pools: readonly string[]): Promise<StrandedRun[]> {
  const served = sql`${sql.param(pools)}::text[]`;
  const rows = await db
    .select({
      id: runs.id,
      pool: environments.pool,
      others: sql<string[]>`array_agg(distinct ${nodes.pool})`,
    })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .innerJoin(tasks, eq(tasks.runId, runs.id))
    .innerJoin(nodes, eq(nodes.id, tasks.nodeId))
    .where(and(orphaned(), sql`${environments.pool} = any(${served})`, sql`${nodes.pool} <> all(${served})`))
    .groupBy(runs.id, environments.pool)
    .orderBy(asc(runs.id));
  return rows;
}

function orphaned(pools?: readonly string[]) {
  return and(
    inArray(runs.state, [...DRIVEN_RUN_STATES]),
    or(isNull(runs.holdExpiresAt), lt(runs.holdExpiresAt, sql`now()`)),
    pools && needsOnly(pools),
  );
}

/** The right to drive a run; every write under it names its generation. */
export interface Hold {
  readonly runId: number;
  readonly generation: number;
}

/**
 * Takes the hold of an active run that nobody holds; null if somebody does, the run has ended, or it needs another pool than
 * `pools`.
 */
export async function takeHold(
  db: Queryable,
  runId: number,
  worker: string,
  seconds: number,
  pools?: readonly string[],
): Promise<Hold | null> {
  const [row] = await db
    .update(runs)
    .set({
      holdOwner: worker,
      holdGeneration: sql`${runs.holdGeneration} + 1`,
      holdExpiresAt: sql`now() + make_interval(secs => ${seconds})`,
    })
    .where(and(eq(runs.id, runId), orphaned(pools)))
    .returning({ generation: runs.holdGeneration });
  return row ? { runId, generation: row.generation } : null;
}

/** Null when the hold is no longer ours, or was given back; otherwise whether somebody has asked for the run's end. */
export async function renewHold(
  db: Queryable,
  hold: Hold,
  seconds: number,
): Promise<{ cancelled: boolean } | null> {
  const [row] = await db
    .update(runs)
    .set({ holdExpiresAt: sql`now() + make_interval(secs => ${seconds})` })
    .where(and(held(hold), isNotNull(runs.holdExpiresAt)))
    .returning({ cancelledBy: runs.cancelledBy });
  return row ? { cancelled: row.cancelledBy !== null } : null;
}

/** Gives the hold back, so that another worker takes the run at once. */
export async function dropHold(db: Queryable, hold: Hold): Promise<void> {
  await db.update(runs).set({ holdOwner: null, holdExpiresAt: null }).where(held(hold));
}

function held(hold: Hold) {
  return and(eq(runs.id, hold.runId), eq(runs.holdGeneration, hold.generation));
}

/**
 * A condition of a statement: the hold is ours, and nobody takes it before the transaction has ended. Where it is not ours the statement
 * changes nothing, and {@link HoldLost} is to be thrown.
 */
export function whileHeld(hold: Hold): SQL {
  return sql`exists (select 1 from ${runs} where ${held(hold)} for share)`;
}

/** A worker wrote under a hold that it had lost; it must let go of the run. */
export class HoldLost extends Error {
  constructor(hold: Hold) {
    super(`run ${hold.runId} is driven by somebody else now (this was generation ${hold.generation})`);
    this.name = 'HoldLost';
  }
}

export async function updateRun(
  tx: Queryable,
  hold: Hold,
  values: Partial<Pick<Run, 'state' | 'startedAt' | 'endedAt' | 'summary' | 'result' | 'detail'>>,
): Promise<void> {
  const rows = await tx.update(runs).set(values).where(held(hold)).returning({ id: runs.id });
  if (rows.length === 0) throw new HoldLost(hold);
}

export interface TaskChange {
  readonly state?: TaskState;
  readonly attempt?: number;
  readonly exitCode?: number | null;
  readonly detail?: string | null;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly outputOffset?: number;
}

/** Changes a task of a held run; throws {@link HoldLost} under an old generation. */
export async function updateTask(
  tx: Queryable,
  hold: Hold,
  taskId: number,
  change: TaskChange,
): Promise<void> {
  const rows = await tx
    .update(tasks)
    .set(change)
    .where(
      and(
        eq(tasks.id, taskId),
        eq(tasks.runId, hold.runId),
        sql`exists (select 1 from ${runs} where ${held(hold)})`,
      ),
    )
    .returning({ id: tasks.id });
  if (rows.length === 0) throw new HoldLost(hold);
}

/** The run as it is, and nobody else changes it until the transaction ends. */
export async function lockRun(tx: Queryable, id: number): Promise<Run | null> {
  const [row] = await tx.select().from(runs).where(eq(runs.id, id)).for('no key update');
  return row ?? null;
}

/** Asks for the end of a run that {@link lockRun} gave: notes who, once, and tells its worker, or rings for one. */
export async function requestCancel(tx: Queryable, run: Run, by: string): Promise<void> {
  const state = run.state === 'waiting' ? 'running' : run.state;
  await tx
    .update(runs)
    .set({ cancelledBy: run.cancelledBy ?? by, state })
    .where(eq(runs.id, run.id));
  await notify(tx, run.state === 'waiting' ? CHANNELS.runs : CHANNELS.cancel, String(run.id));
}

/** Lets a run that waits, or has ended, go on; `now`: what else is to be so from now on. */
export async function reopenRun(
  tx: Queryable,
  run: Run,
  now: Partial<Pick<Run, 'channel' | 'personId' | 'requester' | 'detail'>> = {},
): Promise<void> {
  await tx
    .update(runs)
    .set({
      ...now,
      state: run.startedAt ? 'running' : 'queued',
      cancelledBy: null,
      endedAt: null,
      summary: null,
    })
    .where(eq(runs.id, run.id));
  await notify(tx, CHANNELS.runs, String(run.id));
}

/** Tells the worker that drives the run that an answer has come. */
export function announceAnswer(tx: Queryable, runId: number): Promise<void> {
  return notify(tx, CHANNELS.resolved, String(runId));
}

/** The blueprint that the environment is made from, as it was frozen when it was last provisioned, or taken back to what was kept under it. */
export async function blueprintInForce(db: Queryable, environmentId: number): Promise<unknown> {
  // A reset that was cancelled before it began has taken nothing back.
  const madeIt = or(eq(runs.kind, 'provision'), and(eq(runs.kind, 'reset'), isNotNull(runs.startedAt)));
  const [row] = await db
    .select({ blueprint: runs.blueprint })
    .from(runs)
    .where(and(eq(runs.environmentId, environmentId), madeIt))
    .orderBy(desc(runs.id))
    .limit(1);
  return row?.blueprint ?? null;
}

/** Runs that are being driven now. */
export function runsGoingOn(db: Queryable): Promise<Run[]> {
  return db.select().from(runs).where(eq(runs.state, 'running')).orderBy(asc(runs.id));
}

/** A run's tasks on nodes, with the node's name. */
export function tasksWithNodes(
  db: Queryable,
  runId: number,
): Promise<
  {
    id: number;
    node: string;
    step: string;
    state: TaskState;
    exitCode: number | null;
    detail: string | null;
  }[]
> {
  return db
    .select({
      id: tasks.id,
      node: nodes.name,
      step: tasks.step,
      state: tasks.state,
      exitCode: tasks.exitCode,
      detail: tasks.detail,
    })
    .from(tasks)
    .innerJoin(nodes, eq(nodes.id, tasks.nodeId))
    .where(eq(tasks.runId, runId))
    .orderBy(asc(tasks.ordinal));
}

/** Tasks of which nobody knows what became, in order; `node` is null of those that are on none. */
export function unknownTasksOf(
  db: Queryable,
  runId: number,
): Promise<{ node: string | null; step: string; detail: string | null }[]> {
  return db
    .select({ node: nodes.name, step: tasks.step, detail: tasks.detail })
    .from(tasks)
    .leftJoin(nodes, eq(nodes.id, tasks.nodeId))
    .where(and(eq(tasks.runId, runId), eq(tasks.state, 'unknown')))
    .orderBy(asc(tasks.ordinal));
}
