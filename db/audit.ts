import { and, asc, desc, eq, gt, gte, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { audit, environmentsIn } from './schema/audit.ts';
import { sessions } from './schema/sessions.ts';
import { identities, persons, runs } from './schema.ts';

export type AuditRow = typeof audit.$inferSelect;
export type NewAuditRow = Omit<typeof audit.$inferInsert, 'id' | 'at'>;

/** Adds a row, in the transaction that persists the answer. There is no other way to change the audit. */
export async function appendAudit(tx: Queryable, row: NewAuditRow): Promise<void> {
  await tx.insert(audit).values(row);
}

export interface AuditFilter {
  readonly environment?: string | undefined;
  /** A name or an account; all accounts of that person are meant. */
  readonly person?: string | undefined;
  readonly since?: Date | undefined;
}

/** A row with what is known by now: who the person is, and how the run ended that was started. */
export interface AuditEntry extends AuditRow {
  readonly person: string | null;
  readonly session: string | null;
  readonly runState: string | null;
}

/** The newest ones, oldest first. */
export async function latestAudit(db: Queryable, filter: AuditFilter, limit: number): Promise<AuditEntry[]> {
  const rows = await entries(db).where(fits(filter)).orderBy(desc(audit.id)).limit(limit);
  return rows.map(entryOf).reverse();
}

/** After that id, oldest first: for reading all of it page by page. */
export async function auditAfter(
  db: Queryable,
  filter: AuditFilter,
  after: number,
  limit: number,
): Promise<AuditEntry[]> {
  const rows = await entries(db)
    .where(and(fits(filter), gt(audit.id, after)))
    .orderBy(asc(audit.id))
    .limit(limit);
  return rows.map(entryOf);
}

function entries(db: Queryable) {
  return db
    .select({ row: audit, person: persons.name, session: sessions.name, runState: runs.state })
    .from(audit)
    .leftJoin(persons, eq(persons.id, audit.personId))
    .leftJoin(sessions, eq(sessions.id, audit.sessionId))
    .leftJoin(runs, eq(runs.id, audit.runId))
    .$dynamic();
}

function entryOf({ row, ...known }: Awaited<ReturnType<typeof entries>>[number]): AuditEntry {
  return { ...row, ...known };
}

function fits({ environment, person, since }: AuditFilter) {
  return and(
    environment === undefined ? undefined : aboutEnvironment(environment),
    since === undefined ? undefined : gte(audit.at, since),
    person === undefined ? undefined : byPerson(person),
  );
}

/** What lets go of several environments at once names them all. */
function aboutEnvironment(name: string) {
  return sql`${environmentsIn(audit.environment)} @> array[${name}]::text[]`;
}

/** Persons who turned out to be one count as one, also step by step, and so do their accounts. */
function byPerson(person: string) {
  return sql`(${audit.identity} = ${person} or lower(${audit.display}) = lower(${person}) or ${audit.personId} in (
    with recursive named as (
      select p.id, p.merged_into from ${persons} p
      left join ${identities} i on i.person_id = p.id
      where lower(p.name) = lower(${person}) or i.identity = ${person}
      union
      select p.id, p.merged_into from ${persons} p join named n on p.id = n.merged_into or p.merged_into = n.id)
    select id from named))`;
}
