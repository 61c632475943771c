import { and, asc, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { LATEST_FIRST } from './runs.ts';
import { leases } from './schema/leases.ts';
import { environments, nodes, persons, runs, snapshots, tasks } from './schema.ts';

/**
 * Read-only queries behind the pages and the HTTP API. They name every column they give, so that a secret or an
 * internal one never travels further because a table grew. Times are ISO 8601, UTC.
 */

export interface NodeView {
  readonly name: string;
  readonly role: string;
  readonly address: string | null;
  readonly state: string;
}

export interface RunSummaryView {
  readonly id: number;
  readonly environment: string;
  readonly kind: string;
  readonly state: string;
  readonly command: string;
  readonly requester: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly summary: string | null;
  /** How many of its tasks are in each state; states with none are left out. */
  readonly tasks: Readonly<Record<string, number>>;
}

export interface EnvironmentSummaryView {
  readonly name: string;
  readonly blueprint: string;
  readonly pool: string;
  readonly state: string;
  readonly createdAt: string;
  readonly nodes: readonly NodeView[];
  readonly lastRun: RunSummaryView | null;
}

export interface EnvironmentView extends EnvironmentSummaryView {
  readonly destroyedAt: string | null;
  readonly createdBy: string | null;
  readonly params: Readonly<Record<string, string>>;
  readonly lease: { person: string; reason: string | null; until: string } | null;
  readonly snapshots: readonly { name: string; run: number; createdAt: string }[];
}

/** More environments than this are not listed on one page. */
export const MOST_ENVIRONMENTS = 500;

/** The environments that are there, by name. */
export async function environmentViews(db: Queryable): Promise<EnvironmentSummaryView[]> {
  const rows = await db
    .select(environmentColumns)
    .from(environments)
    .where(isNull(environments.destroyedAt))
    .orderBy(asc(environments.name))
    .limit(MOST_ENVIRONMENTS);
  return summaries(db, rows);
}

/** The environment of that name; if it is gone, the one that had the name last. */
export async function environmentView(db: Queryable, name: string): Promise<EnvironmentView | null> {
  const [row] = await db
    .select({
      ...environmentColumns,
      destroyedAt: environments.destroyedAt,
      params: environments.params,
      createdBy: persons.name,
    })
    .from(environments)
    .leftJoin(persons, eq(persons.id, environments.createdBy))
    .where(eq(environments.name, name))
    .orderBy(sql`${environments.destroyedAt} desc nulls first`)
    .limit(1);
  if (!row) return null;
  const [[summary], [lease], kept] = await Promise.all([
    summaries(db, [row]),
    db
      .select({ person: persons.name, reason: leases.reason, until: leases.expiresAt })
      .from(leases)
      .innerJoin(persons, eq(persons.id, leases.personId))
      .where(and(eq(leases.environmentId, row.id), sql`${leases.expiresAt} > now()`)),
    db
      .select({ name: snapshots.name, run: snapshots.runId, createdAt: snapshots.createdAt })
      .from(snapshots)
      .where(eq(snapshots.environmentId, row.id))
      .orderBy(desc(snapshots.id))
      .limit(100),
  ]);
  return {
    ...(summary as EnvironmentSummaryView),
    destroyedAt: iso(row.destroyedAt),
    createdBy: row.createdBy,
    params: row.params,
    lease: lease ? { ...lease, until: lease.until.toISOString() } : null,
    snapshots: kept.map((one) => ({ ...one, createdAt: one.createdAt.toISOString() })),
  };
}

/** Names a person may have meant. */
export async function environmentNames(db: Queryable): Promise<string[]> {
  const rows = await db
    .selectDistinctOn([environments.name], { name: environments.name })
    .from(environments)
    .orderBy(asc(environments.name))
    .limit(MOST_ENVIRONMENTS);
  return rows.map((row) => row.name);
}

/** The newest runs, of one environment or of all, before a run id if one is given; or the one of that id. */
export async function runViews(
  db: Queryable,
  filter: {
    id?: number | undefined;
    environment?: string | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<RunSummaryView[]> {
  const rows = await selectRuns(db)
    .where(
      and(
        filter.id === undefined ? undefined : eq(runs.id, filter.id),
        filter.environment === undefined ? undefined : eq(environments.name, filter.environment),
        filter.before === undefined ? undefined : lt(runs.id, filter.before),
      ),
    )
    .orderBy(desc(runs.id))
    .limit(filter.limit);
  return runSummaries(db, rows);
}

/** How many runs there are in each state, and tasks of the runs that go on: for /metrics. */
export async function countsByState(
  db: Queryable,
): Promise<{ runs: [string, number][]; tasks: [string, number][] }> {
  const [ofRuns, ofTasks] = await Promise.all([
    db.select({ state: runs.state, count: sql<number>`count(*)::int` }).from(runs).groupBy(runs.state),
    db
      .select({ state: tasks.state, count: sql<number>`count(*)::int` })
      .from(tasks)
      .innerJoin(runs, eq(runs.id, tasks.runId))
      .where(inArray(runs.state, ['queued', 'running']))
      .groupBy(tasks.state),
  ]);
  return {
    runs: ofRuns.map((row) => [row.state, row.count]),
    tasks: ofTasks.map((row) => [row.state, row.count]),
  };
}

/** Rejects when the database does not answer. */
export async function databaseAnswers(db: Queryable): Promise<void> {
  await db.execute(sql`select 1`);
}

const environmentColumns = {
  id: environments.id,
  name: environments.name,
  blueprint: environments.blueprint,
  pool: environments.pool,
  state: environments.state,
  createdAt: environments.createdAt,
};

interface EnvironmentRow {
  readonly id: number;
  readonly name: string;
  readonly blueprint: string;
  readonly pool: string;
  readonly state: string;
  readonly createdAt: Date;
}

async function summaries(db: Queryable, rows: readonly EnvironmentRow[]): Promise<EnvironmentSummaryView[]> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const [held, last] = await Promise.all([
    db
      .select({
        environment: nodes.environmentId,
        name: nodes.name,
        role: nodes.role,
        address: nodes.address,
        state: nodes.state,
      })
      .from(nodes)
      .where(and(inArray(nodes.environmentId, ids), isNull(nodes.releasedAt)))
      .orderBy(asc(nodes.id)),
    lastRuns(db, ids),
  ]);
  return rows.map(({ id, createdAt, name, blueprint, pool, state }) => ({
    name,
    blueprint,
    pool,
    state,
    createdAt: createdAt.toISOString(),
    nodes: held.filter((node) => node.environment === id).map(({ environment: _, ...node }) => node),
    lastRun: last.get(id) ?? null,
  }));
}

async function lastRuns(db: Queryable, ids: readonly number[]): Promise<Map<number, RunSummaryView>> {
  const last = db
    .selectDistinctOn([runs.environmentId], { id: runs.id })
    .from(runs)
    .where(inArray(runs.environmentId, [...ids]))
    .orderBy(runs.environmentId, ...LATEST_FIRST);
  const rows = await selectRuns(db).where(inArray(runs.id, last));
  const views = await runSummaries(db, rows);
  return new Map(views.map((view, at) => [rows[at]?.environmentId ?? 0, view]));
}

/** What is said of a run in a line, of runs joined with their environments and, where there is one, with who asked for it. */
export const RUN_HEAD = {
  id: runs.id,
  environmentId: runs.environmentId,
  environment: environments.name,
  kind: runs.kind,
  state: runs.state,
  command: runs.command,
  requester: sql<string>`coalesce(${persons.name}, ${runs.requester})`,
  createdAt: runs.createdAt,
  startedAt: runs.startedAt,
  endedAt: runs.endedAt,
  summary: runs.summary,
};

function selectRuns(db: Queryable) {
  return db
    .select(RUN_HEAD)
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .leftJoin(persons, eq(persons.id, runs.personId))
    .$dynamic();
}

type RunRow = Awaited<ReturnType<typeof selectRuns>>[number];

async function runSummaries(db: Queryable, rows: readonly RunRow[]): Promise<RunSummaryView[]> {
  const ids = rows.map((row) => row.id);
  const counts =
    ids.length === 0
      ? []
      : await db
          .select({ run: tasks.runId, state: tasks.state, count: sql<number>`count(*)::int` })
          .from(tasks)
          .where(inArray(tasks.runId, ids))
          .groupBy(tasks.runId, tasks.state);
  return rows.map(({ environmentId: _, ...row }) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    tasks: Object.fromEntries(
      counts.filter((one) => one.run === row.id).map((one) => [one.state, one.count]),
    ),
  }));
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
