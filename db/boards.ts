import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import type { Run } from './runs.ts';
import { ACTIVE_RUN_STATES, boards, runs } from './schema.ts';

/** The posted message of a board. */
export interface PostedBoard {
  /** Opaque to all but its adapter. */
  readonly ref: unknown;
  /** Its last message is said, or waits to be. */
  readonly final: boolean;
}

export const boardOfRun = (runId: number) => `run:${runId}`;

export async function postedBoard(
  db: Queryable,
  board: string,
  channel: string,
): Promise<PostedBoard | null> {
  const [row] = await db
    .select({ ref: boards.ref, final: boards.final })
    .from(boards)
    .where(and(eq(boards.board, board), eq(boards.channel, channel)));
  return row ?? null;
}

export async function notePosted(tx: Queryable, board: string, channel: string, ref: unknown): Promise<void> {
  await tx
    .insert(boards)
    .values({ board, channel, ref })
    .onConflictDoUpdate({ target: [boards.board, boards.channel], set: { ref, sentAt: sql`now()` } });
}

/** Somebody deleted the message. */
export async function forgetPosted(tx: Queryable, board: string, channel: string): Promise<void> {
  await tx.delete(boards).where(and(eq(boards.board, board), eq(boards.channel, channel)));
}

/** Runs that have ended, and whose board still says that they go on. */
export async function unfinishedBoards(db: Queryable): Promise<Run[]> {
  const rows = await db
    .select({ run: runs })
    .from(boards)
    .innerJoin(runs, sql`${boards.board} = 'run:' || ${runs.id}`)
    .where(
      and(
        eq(boards.final, false),
        eq(boards.channel, runs.channel),
        sql`not ${inArray(runs.state, [...ACTIVE_RUN_STATES])}`,
      ),
    );
  return rows.map(({ run }) => run);
}

/** What is put now is the board's last message; false when it was said before. */
export async function finishBoard(tx: Queryable, board: string, channel: string): Promise<boolean> {
  const rows = await tx
    .update(boards)
    .set({ final: true })
    .where(and(eq(boards.board, board), eq(boards.channel, channel), eq(boards.final, false)))
    .returning({ board: boards.board });
  return rows.length > 0;
}

/** A retried run goes on on the board that it has. */
export async function reopenBoard(tx: Queryable, board: string, channel: string): Promise<void> {
  await tx
    .update(boards)
    .set({ final: false })
    .where(and(eq(boards.board, board), eq(boards.channel, channel), eq(boards.final, true)));
}

export async function purgeBoards(db: Queryable, seconds: number): Promise<number> {
  const { rowCount } = await db.execute(
    sql`delete from boards where final and sent_at < now() - ${seconds} * interval '1 second'`,
  );
  return rowCount ?? 0;
}
