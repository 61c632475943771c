import { type AnyColumn, and, eq, inArray, sql } from 'drizzle-orm';
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

/** The other way round, for a query: null of other boards. Ids are found by their index so. */
export const runOfBoard = (board: AnyColumn) =>
  sql<number | null>`case when ${board} ~ '^run:[0-9]{1,9}$' then substr(${board}, 5)::int end`;

/** `number`: the higher one was put up later. */
export const boardOfSession = (sessionId: number, number: number) => `session:${sessionId}:${number}`;

/** A board of a session that stands in a channel and is to be kept up to date. */
export interface SessionBoard {
  readonly board: string;
  readonly channel: string;
  readonly sessionId: number;
  /** A later one stands below it. */
  readonly isOld: boolean;
}

/** Boards of sessions that have not had their last word. */
export async function openSessionBoards(db: Queryable): Promise<SessionBoard[]> {
  const { rows } = await db.execute<{
    board: string;
    channel: string;
    session_id: number;
    is_old: boolean;
  }>(sql`
    select board, channel, split_part(board, ':', 2)::int as session_id,
      split_part(board, ':', 3)::bigint < max(split_part(board, ':', 3)::bigint) over (partition by channel) as is_old
    from ${boards} where board like 'session:%' and not final`);
  return rows.map(({ board, channel, session_id, is_old }) => ({
    board,
    channel,
    sessionId: session_id,
    isOld: is_old,
  }));
}

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

/** `isLast`: nothing follows in its place. */
export async function notePosted(
  tx: Queryable,
  board: string,
  channel: string,
  ref: unknown,
  isLast = false,
): Promise<void> {
  const last = isLast ? { final: true } : {};
  await tx
    .insert(boards)
    .values({ board, channel, ref, ...last })
    .onConflictDoUpdate({
      target: [boards.board, boards.channel],
      set: { ref, sentAt: sql`now()`, ...last },
    });
}

/** Messages that ask about this, or about a part of it (`ask:3` → `ask:3:17`), and still stand there as asking. */
export function openQuestions(
  db: Queryable,
  about: string,
): Promise<{ readonly board: string; readonly channel: string }[]> {
  return db
    .select({ board: boards.board, channel: boards.channel })
    .from(boards)
    .where(
      and(
        sql`(${boards.board} = ${about} or starts_with(${boards.board}, ${`${about}:`}))`,
        eq(boards.final, false),
      ),
    );
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
    .innerJoin(runs, eq(runs.id, runOfBoard(boards.board)))
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
