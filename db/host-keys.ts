import { and, eq } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { hostKeys } from './schema.ts';

/** The key that was believed when the machine was met first; `machine`: where its sshd is. */
export async function hostKeysOf(db: Queryable, pool: string, machine: string): Promise<string[]> {
  const rows = await db
    .select({ key: hostKeys.key })
    .from(hostKeys)
    .where(and(eq(hostKeys.pool, pool), eq(hostKeys.machine, machine)));
  return rows.map((row) => row.key);
}

/** The first one stays: whoever met another key at the same time will be refused by the next connection. */
export async function recordHostKey(
  db: Queryable,
  pool: string,
  machine: string,
  key: string,
): Promise<void> {
  await db.insert(hostKeys).values({ pool, machine, key }).onConflictDoNothing();
}
