import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { approvalDecisions, approvals, leaseQueue, leases } from './schema/leases.ts';
import { participants, sessions } from './schema/sessions.ts';
import { environments, events, identities, persons, runs } from './schema.ts';
import { RUN_HEAD } from './views.ts';

/** Read-only queries behind the page and the report of a session. Times are Dates; nothing secret is among the columns. */

export type SessionRow = typeof sessions.$inferSelect;

export interface PersonFact {
  readonly id: number;
  readonly name: string;
  readonly organisation: string | null;
  readonly site: string | null;
  readonly joinedAt: Date | null;
  readonly leftAt: Date | null;
  /** The accounts linked now: `irc:lab/ann`. */
  readonly identities: readonly string[];
}

/** Whoever took part, by name. */
export async function peopleOf(db: Queryable, sessionId: number): Promise<PersonFact[]> {
  const rows = await db
    .select({
      id: persons.id,
      name: persons.name,
      organisation: sql<string | null>`coalesce(${participants.organisation}, ${persons.organisation})`,
      site: sql<string | null>`coalesce(${participants.site}, ${persons.site})`,
      joinedAt: participants.joinedAt,
      leftAt: participants.leftAt,
    })
    .from(participants)
    .innerJoin(persons, eq(persons.id, participants.personId))
    .where(
      and(
        eq(participants.sessionId, sessionId),
        sql`${participants.joinedAt} is not null and ${persons.mergedInto} is null`,
      ),
    )
    .orderBy(asc(persons.name), asc(persons.id));
  const ids = rows.map(({ id }) => id);
  const accounts =
    ids.length === 0
      ? []
      : await db
          .select()
          .from(identities)
          .where(inArray(identities.personId, ids))
          .orderBy(asc(identities.identity));
  return rows.map((row) => ({
    ...row,
    identities: accounts.filter(({ personId }) => personId === row.id).map(({ identity }) => identity),
  }));
}

export interface RunFact {
  readonly id: number;
  readonly environmentId: number;
  readonly environment: string;
  readonly kind: string;
  readonly state: string;
  readonly command: string;
  readonly requester: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly summary: string | null;
  readonly detail: Readonly<Record<string, string>>;
  /**
   * How many differences it found, and the most telling ones; null: it was no comparison, or did not end well. A verify that a
   * schedule asks for compares with the baseline, too, whatever its checks say.
   */
  readonly differences: { readonly count: number; readonly first: readonly string[] } | null;
}

/** The runs that were asked for in a session, oldest first. */
export async function runsOfSession(db: Queryable, sessionId: number): Promise<RunFact[]> {
  const found = sql<{ count: number; first: { node: string; topic: string; key: string }[] } | null>`
    case when (${runs.kind} = 'diff' and ${runs.state} = 'succeeded')
      or (${runs.kind} = 'verify' and ${runs.state} in ('succeeded', 'failed') and ${runs.result} is not null) then jsonb_build_object(
      'count', jsonb_array_length(coalesce(${runs.result}, '[]')),
      'first', (select coalesce(jsonb_agg(d), '[]') from (
        select d from jsonb_array_elements(coalesce(${runs.result}, '[]')) d limit 3) few)) end`;
  const rows = await db
    .select({ ...RUN_HEAD, detail: runs.detail, found })
    .from(runs)
    .innerJoin(environments, eq(environments.id, runs.environmentId))
    .leftJoin(persons, eq(persons.id, runs.personId))
    .where(eq(runs.sessionId, sessionId))
    .orderBy(asc(runs.id));
  return rows.map(({ found, ...row }) => ({
    ...row,
    differences: found && {
      count: found.count,
      first: found.first.map(({ node, topic, key }) => `${node}: ${topic} ${key}`),
    },
  }));
}

/** A run has ended, or was let go on after that. */
export interface TurnFact {
  readonly run: number;
  readonly at: Date;
  /** How it ended; null: somebody retried it. */
  readonly state: string | null;
  /** The cause, as people were told. */
  readonly summary: string | null;
  /** The step, and its node, that it ended by: `install@controller`; null: it succeeded, or nobody wrote it down. */
  readonly where: string | null;
  /** Who retried it. */
  readonly by: string | null;
}

/** Every end and every retry of the session's runs, oldest first: a run itself knows its last end only. */
export function turnsOfRuns(db: Queryable, sessionId: number): Promise<TurnFact[]> {
  return db
    .select({
      run: runs.id,
      at: events.at,
      state: sql<string | null>`${events.data}->>'state'`,
      summary: sql<string | null>`${events.data}->>'summary'`,
      where: sql<string | null>`${events.data}->>'where'`,
      by: sql<string | null>`coalesce(${persons.name}, ${events.data}->>'by')`,
    })
    .from(events)
    .innerJoin(runs, eq(runs.id, events.runId))
    .leftJoin(persons, eq(persons.id, events.personId))
    .where(and(eq(runs.sessionId, sessionId), inArray(events.kind, ['run.ended', 'run.retried'])))
    .orderBy(asc(events.id));
}

export interface EnvironmentFact {
  readonly id: number;
  readonly name: string;
  readonly blueprint: string;
  readonly pool: string;
  readonly state: string;
  readonly createdAt: Date;
  readonly destroyedAt: Date | null;
  /** Who holds it now. */
  readonly holder: { readonly person: string; readonly reason: string | null; readonly until: Date } | null;
}

/** The environments that the session ran something on, holds or waits for, and with `all` every other one that there is. */
export async function environmentsOfSession(
  db: Queryable,
  sessionId: number,
  all: boolean,
): Promise<EnvironmentFact[]> {
  const used = sql`${environments.id} in (
    select environment_id from ${runs} where session_id = ${sessionId}
    union select environment_id from ${leases} where session_id = ${sessionId}
    union select environment_id from ${leaseQueue} where session_id = ${sessionId})`;
  const rows = await db
    .select({
      id: environments.id,
      name: environments.name,
      blueprint: environments.blueprint,
      pool: environments.pool,
      state: environments.state,
      createdAt: environments.createdAt,
      destroyedAt: environments.destroyedAt,
      person: persons.name,
      reason: leases.reason,
      until: leases.expiresAt,
    })
    .from(environments)
    .leftJoin(leases, and(eq(leases.environmentId, environments.id), gt(leases.expiresAt, sql`now()`)))
    .leftJoin(persons, eq(persons.id, leases.personId))
    .where(all ? sql`${used} or ${environments.destroyedAt} is null` : used)
    .orderBy(asc(environments.name), asc(environments.id));
  return rows.map(({ person, reason, until, ...row }) => ({
    ...row,
    holder: person !== null && until !== null ? { person, reason, until } : null,
  }));
}

export interface EventFact {
  readonly id: number;
  readonly at: Date;
  readonly kind: string;
  readonly environment: string | null;
  readonly run: number | null;
  readonly person: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Happenings that are steps on the way of others. */
const INNER = sql`${events.kind} not in ('tasks.changed', 'run.started')`;

/** What happened in a session, oldest first; the last `limit` of it. */
export async function eventsOfSession(db: Queryable, sessionId: number, limit: number): Promise<EventFact[]> {
  const rows = await db
    .select({
      id: events.id,
      at: events.at,
      kind: events.kind,
      environment: environments.name,
      run: events.runId,
      person: persons.name,
      data: events.data,
    })
    .from(events)
    .leftJoin(environments, eq(environments.id, events.environmentId))
    .leftJoin(persons, eq(persons.id, events.personId))
    .where(and(eq(events.sessionId, sessionId), INNER))
    .orderBy(desc(events.id))
    .limit(limit);
  return rows.reverse();
}

export interface ApprovalFact {
  readonly id: number;
  readonly state: string;
  readonly environment: string;
  readonly command: string;
  readonly why: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly settledAt: Date | null;
  readonly needed: number;
  readonly role: string;
  readonly decisions: readonly { readonly person: string; readonly verdict: string; readonly at: Date }[];
}

/** What people were asked to approve, oldest first. */
export async function approvalsOfSession(db: Queryable, sessionId: number): Promise<ApprovalFact[]> {
  const rows = await db
    .select({
      id: approvals.id,
      state: approvals.state,
      environment: environments.name,
      command: approvals.command,
      why: approvals.why,
      askedBy: persons.name,
      askedAt: approvals.askedAt,
      settledAt: approvals.settledAt,
      needed: approvals.needed,
      role: approvals.role,
    })
    .from(approvals)
    .innerJoin(environments, eq(environments.id, approvals.environmentId))
    .innerJoin(persons, eq(persons.id, approvals.personId))
    .where(eq(approvals.sessionId, sessionId))
    .orderBy(asc(approvals.id));
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const decisions = await db
    .select({
      approvalId: approvalDecisions.approvalId,
      person: persons.name,
      verdict: approvalDecisions.verdict,
      at: approvalDecisions.at,
    })
    .from(approvalDecisions)
    .innerJoin(persons, eq(persons.id, approvalDecisions.personId))
    .where(inArray(approvalDecisions.approvalId, ids))
    .orderBy(asc(approvalDecisions.at));
  return rows.map((row) => ({
    ...row,
    decisions: decisions
      .filter(({ approvalId }) => approvalId === row.id)
      .map(({ approvalId: _, ...decision }) => decision),
  }));
}

/** Sessions, those that go on first, then the newest. */
export function sessionRows(db: Queryable, limit: number): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .orderBy(sql`${sessions.endedAt} is not null`, desc(sessions.id))
    .limit(limit);
}

/** The open session of that name, or the last one; with an id, that one. */
export async function sessionNamed(
  db: Queryable,
  name: string,
  id: number | null,
): Promise<SessionRow | null> {
  const [row] = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.name, name), id === null ? undefined : eq(sessions.id, id)))
    .orderBy(sql`${sessions.endedAt} is not null`, desc(sessions.id))
    .limit(1);
  return row ?? null;
}

/** The session at an address: `essex-day`, open or the last one, or `essex-day.12`, that one. Names have no such end. */
export function sessionAt(db: Queryable, address: string): Promise<SessionRow | null> {
  const [, name = address, id] = /^(.+)\.(\d{1,9})$/.exec(address) ?? [];
  return sessionNamed(db, name, id === undefined ? null : Number(id));
}

/** How many people took part in each of these sessions. */
export async function peopleCounts(
  db: Queryable,
  sessionIds: readonly number[],
): Promise<Map<number, number>> {
  if (sessionIds.length === 0) return new Map();
  const rows = await db
    .select({ id: participants.sessionId, count: sql<number>`count(*)::int` })
    .from(participants)
    .innerJoin(persons, eq(persons.id, participants.personId))
    .where(
      and(
        inArray(participants.sessionId, [...sessionIds]),
        sql`${participants.joinedAt} is not null and ${persons.mergedInto} is null`,
      ),
    )
    .groupBy(participants.sessionId);
  return new Map(rows.map(({ id, count }) => [id, count]));
}
