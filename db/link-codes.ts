import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { linkAttempts, linkCodes } from './schema/sessions.ts';

export type LinkCode = typeof linkCodes.$inferSelect;

/** Keeps the hash of a new code; older ones of the same identity are worth nothing any more. */
export async function putLinkCode(tx: Queryable, code: typeof linkCodes.$inferInsert): Promise<void> {
  await tx.delete(linkCodes).where(and(eq(linkCodes.identity, code.identity), isNull(linkCodes.usedAt)));
  await tx.insert(linkCodes).values(code);
}

/** Uses a code up: null if there is none, it was used, or its time is over. Of two who try at once, one gets it. */
export async function useLinkCode(
  tx: Queryable,
  hash: string,
  usedBy: string,
  now: Date,
): Promise<LinkCode | null> {
  const [row] = await tx
    .update(linkCodes)
    .set({ usedAt: now, usedBy })
    .where(and(eq(linkCodes.hash, hash), isNull(linkCodes.usedAt), gt(linkCodes.expiresAt, now)))
    .returning();
  return row ?? null;
}

/** How many wrong codes the identity has typed since that time, if none was right. */
export async function wrongAttempts(db: Queryable, identity: string, since: Date): Promise<number> {
  const [row] = await db
    .select()
    .from(linkAttempts)
    .where(and(eq(linkAttempts.identity, identity), gt(linkAttempts.since, since)));
  return row?.wrong ?? 0;
}

export async function noteWrongAttempt(
  tx: Queryable,
  identity: string,
  since: Date,
  now: Date,
): Promise<void> {
  await tx.delete(linkAttempts).where(lt(linkAttempts.since, since));
  await tx
    .insert(linkAttempts)
    .values({ identity, wrong: 1, since: now })
    .onConflictDoUpdate({ target: linkAttempts.identity, set: { wrong: sql`${linkAttempts.wrong} + 1` } });
}
