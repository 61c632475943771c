import { eq, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Queryable } from './client.ts';
import { sessions } from './schema/sessions.ts';

/** Things that are numbered 1… within their session. */
type Numbered = PgTable & { readonly sessionId: PgColumn; readonly number: PgColumn };

/** One writer of a session's numbered things at a time, until the transaction ends; false: the session is over. */
export async function lockNumbers(tx: Queryable, sessionId: number): Promise<boolean> {
  const [row] = await tx
    .select({ endedAt: sessions.endedAt })
    .from(sessions)
    .where(eq(sessions.id, sessionId))
    .for('no key update');
  return row !== undefined && row.endedAt === null;
}

export async function nextNumber(tx: Queryable, table: Numbered, sessionId: number): Promise<number> {
  const [row] = await tx
    .select({ next: sql<number>`coalesce(max(${table.number}), 0) + 1` })
    .from(table as PgTable)
    .where(eq(table.sessionId, sessionId));
  return Number(row?.next ?? 1);
}

/** How many there are, of any state. */
export async function countIn(
  tx: Queryable,
  table: Pick<Numbered, 'sessionId'> & PgTable,
  sessionId: number,
): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(table as PgTable)
    .where(eq(table.sessionId, sessionId));
  return row?.count ?? 0;
}
