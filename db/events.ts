import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { cursors, events, runs } from './schema.ts';

/** NOTIFY channels; payloads are ids only. */
export const CHANNELS = {
  /** A new event: its id. */
  events: 'deployday_events',
  /** New output lines: the run's id. */
  output: 'deployday_output',
  /** A run waits for a worker: its id. */
  runs: 'deployday_runs',
  /** A message waits to be sent: the adapter's name. */
  outbox: 'deployday_outbox',
  /** Somebody asked to cancel a run: its id. */
  cancel: 'deployday_cancel',
  /** Somebody answered what became of a task of a run: its id. */
  resolved: 'deployday_resolved',
  /** Slots of a pool's load governor have become free: the pool's name. */
  slots: 'deployday_slots',
  /** A schedule was set: its environment's id. */
  schedules: 'deployday_schedules',
  /** A duty was given back: its name. */
  duties: 'deployday_duties',
} as const;

export interface NewEvent {
  readonly kind: string;
  readonly environmentId?: number | undefined;
  readonly runId?: number | undefined;
  readonly taskId?: number | undefined;
  readonly personId?: number | undefined;
  /** Of what happens to a run, the run's own if it is left out. */
  readonly sessionId?: number | null | undefined;
  readonly channel?: string | undefined;
  readonly data?: Record<string, unknown> | undefined;
}

export type Event = typeof events.$inferSelect;

/** Serialises appending, so that ids become visible in their order and a reader's cursor never skips one that commits late. */
const APPEND_LOCK = 0x6465_7631;

/** Appends an event; call it last in the transaction of the change that it reports, since it serialises writers. */
export async function appendEvent(tx: Queryable, event: NewEvent): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(${APPEND_LOCK})`);
  const [row] = await tx
    .insert(events)
    .values({ ...event, sessionId: sessionOf(event), data: event.data ?? {} })
    .returning({ id: events.id });
  const id = (row as { id: number }).id;
  await notify(tx, CHANNELS.events, String(id));
  return id;
}

function sessionOf({ sessionId, runId }: NewEvent) {
  if (sessionId !== undefined || runId === undefined) return sessionId ?? null;
  return sql<number>`(select ${runs.sessionId} from ${runs} where ${runs.id} = ${runId})`;
}

/** NOTIFY, delivered when the transaction commits. */
export async function notify(tx: Queryable, channel: string, payload: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${payload})`);
}

/** The next events after the reader's cursor, oldest first. */
export async function nextEvents(tx: Queryable, reader: string, limit: number): Promise<Event[]> {
  const [cursor] = await tx.select().from(cursors).where(eq(cursors.reader, reader)).for('update');
  return tx
    .select()
    .from(events)
    .where(gt(events.id, cursor?.eventId ?? 0))
    .orderBy(asc(events.id))
    .limit(limit);
}

export async function moveCursor(tx: Queryable, reader: string, eventId: number): Promise<void> {
  await tx
    .insert(cursors)
    .values({ reader, eventId })
    .onConflictDoUpdate({ target: cursors.reader, set: { eventId } });
}

/** A run's events, oldest first. */
export function eventsOfRun(db: Queryable, runId: number, after = 0): Promise<Event[]> {
  return db
    .select()
    .from(events)
    .where(and(eq(events.runId, runId), gt(events.id, after)))
    .orderBy(asc(events.id));
}

/** When the run was last retried; null: never. */
export async function lastRetryAt(db: Queryable, runId: number): Promise<Date | null> {
  const [row] = await db
    .select({ at: events.at })
    .from(events)
    .where(and(eq(events.runId, runId), eq(events.kind, 'run.retried')))
    .orderBy(desc(events.id))
    .limit(1);
  return row?.at ?? null;
}
