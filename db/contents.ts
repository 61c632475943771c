import { eq, inArray } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { contents } from './schema.ts';

/** Files by their SHA-256 (hex). */

/** Which of these are kept already. */
export async function keptContents(db: Queryable, digests: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .select({ sha256: contents.sha256 })
    .from(contents)
    .where(inArray(contents.sha256, [...digests]));
  return new Set(rows.map((row) => row.sha256));
}

export async function keepContent(db: Queryable, sha256: string, data: Buffer): Promise<void> {
  await db.insert(contents).values({ sha256, data }).onConflictDoNothing();
}

export async function readContent(db: Queryable, sha256: string): Promise<Buffer | null> {
  const [row] = await db.select({ data: contents.data }).from(contents).where(eq(contents.sha256, sha256));
  return row?.data ?? null;
}
