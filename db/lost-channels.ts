import { asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { lostChannels } from './schema.ts';

/** Notes that nothing can be posted there; false when it was known. */
export async function noteLost(
  tx: Queryable,
  adapter: string,
  channel: string,
  reason: string,
): Promise<boolean> {
  const rows = await tx
    .insert(lostChannels)
    .values({ adapter, channel, reason })
    .onConflictDoNothing()
    .returning({ channel: lostChannels.channel });
  return rows.length > 0;
}

/** Something was posted there; true when that could not be done before. */
export async function noteFound(tx: Queryable, channel: string): Promise<boolean> {
  const rows = await tx
    .delete(lostChannels)
    .where(eq(lostChannels.channel, channel))
    .returning({ channel: lostChannels.channel });
  return rows.length > 0;
}

export async function isLost(db: Queryable, channel: string): Promise<boolean> {
  const rows = await db
    .select({ channel: lostChannels.channel })
    .from(lostChannels)
    .where(eq(lostChannels.channel, channel));
  return rows.length > 0;
}

export function countLost(db: Queryable): Promise<{ adapter: string; count: number }[]> {
  return db
    .select({ adapter: lostChannels.adapter, count: sql<number>`count(*)::int` })
    .from(lostChannels)
    .groupBy(lostChannels.adapter)
    .orderBy(asc(lostChannels.adapter));
}
