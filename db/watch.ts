import { and, asc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { environments, events, nodes, runSteps, runs, tasks } from './schema.ts';
import { type RunSummaryView, runViews } from './views.ts';

/** Read-only queries behind the watch page of a run: its tasks, and what happened since. */

export interface TaskView {
  readonly id: number;
  readonly step: string;
  readonly title: string;
  /** Null: a step of the run itself. */
  readonly node: string | null;
  readonly state: string;
  readonly attempt: number;
  readonly exitCode: number | null;
  readonly detail: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface RunView extends Omit<RunSummaryView, 'tasks'> {
  readonly cancelledBy: string | null;
  /** In the plan's order. */
  readonly tasks: readonly TaskView[];
}

export interface EventView {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly environment: string | null;
  readonly run: number | null;
}

export async function runView(db: Queryable, id: number): Promise<RunView | null> {
  const [[summary], [more], rows] = await Promise.all([
    runViews(db, { id, limit: 1 }),
    db.select({ cancelledBy: runs.cancelledBy }).from(runs).where(eq(runs.id, id)),
    db
      .select({
        id: tasks.id,
        step: tasks.step,
        title: runSteps.title,
        node: nodes.name,
        state: tasks.state,
        attempt: tasks.attempt,
        exitCode: tasks.exitCode,
        detail: tasks.detail,
        startedAt: tasks.startedAt,
        endedAt: tasks.endedAt,
      })
      .from(tasks)
      .innerJoin(runSteps, and(eq(runSteps.runId, tasks.runId), eq(runSteps.step, tasks.step)))
      .leftJoin(nodes, eq(nodes.id, tasks.nodeId))
      .where(eq(tasks.runId, id))
      .orderBy(asc(tasks.ordinal)),
  ]);
  if (!summary) return null;
  return {
    ...summary,
    cancelledBy: more?.cancelledBy ?? null,
    tasks: rows.map((row) => ({
      ...row,
      startedAt: row.startedAt?.toISOString() ?? null,
      endedAt: row.endedAt?.toISOString() ?? null,
    })),
  };
}

export interface DifferencesView {
  readonly environment: string;
  readonly other: string;
  readonly state: string;
  readonly differences: {
    node: string;
    topic: string;
    key: string;
    left: string | null;
    right: string | null;
    weight: number;
  }[];
}

/** What a run's comparison found; empty when it compared nothing, or has not come to it. */
export async function runDifferences(db: Queryable, id: number): Promise<DifferencesView | null> {
  const [row] = await db
    .select({ environment: environments.name, state: runs.state, detail: runs.detail, result: runs.result })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .where(eq(runs.id, id));
  if (!row) return null;
  const { environment, state, detail, result } = row;
  const differences = Array.isArray(result) ? (result as DifferencesView['differences']) : [];
  return { environment, other: detail.other ?? 'baseline', state, differences };
}

export async function runExists(db: Queryable, id: number): Promise<boolean> {
  const rows = await db.select({ id: runs.id }).from(runs).where(eq(runs.id, id));
  return rows.length > 0;
}

/** Events after the one of that id, oldest first. What they carry in `data` stays inside. */
export async function eventViewsAfter(db: Queryable, after: number, limit: number): Promise<EventView[]> {
  const rows = await db
    .select({
      id: events.id,
      at: events.at,
      kind: events.kind,
      environment: environments.name,
      run: events.runId,
    })
    .from(events)
    .leftJoin(environments, eq(environments.id, events.environmentId))
    .where(gt(events.id, after))
    .orderBy(asc(events.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

export async function lastEventId(db: Queryable): Promise<number> {
  const [row] = await db.select({ id: sql<string>`coalesce(max(${events.id}), 0)` }).from(events);
  return Number(row?.id ?? 0);
}

/** The runs that the events of these ids belong to. */
export async function runsOfEvents(db: Queryable, eventIds: readonly number[]): Promise<number[]> {
  const rows = await db
    .selectDistinctOn([events.runId], { run: events.runId })
    .from(events)
    .where(and(inArray(events.id, [...eventIds]), isNotNull(events.runId)));
  return rows.flatMap((row) => row.run ?? []);
}
