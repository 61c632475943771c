import { and, asc, count, desc, eq, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Queryable } from './client.ts';
import { countIn, nextNumber } from './numbers.ts';
import { notes, pins, todos } from './schema/day.ts';
import { persons } from './schema.ts';

export type NoteRow = typeof notes.$inferSelect;
export type TodoRow = typeof todos.$inferSelect;
export type PinRow = typeof pins.$inferSelect;

export interface NoteView extends NoteRow {
  readonly by: string;
}
export interface TodoView extends TodoRow {
  readonly by: string;
  /** Null: nobody owns it yet. */
  readonly owner: string | null;
}
export interface PinView extends PinRow {
  readonly by: string;
}

/** Notes and decisions, oldest first; the last `limit` of them. */
export async function notesOf(db: Queryable, sessionId: number, limit = 10_000): Promise<NoteView[]> {
  const rows = await db
    .select({ note: notes, by: persons.name })
    .from(notes)
    .innerJoin(persons, eq(persons.id, notes.personId))
    .where(eq(notes.sessionId, sessionId))
    .orderBy(desc(notes.id))
    .limit(limit);
  return rows.map(({ note, by }) => ({ ...note, by })).reverse();
}

export async function insertNote(
  tx: Queryable,
  note: Pick<NoteRow, 'sessionId' | 'text' | 'decision' | 'personId'>,
): Promise<void> {
  await tx.insert(notes).values(note);
}

/** How many there are, of one person or of all. */
export async function notesIn(tx: Queryable, sessionId: number, personId?: number): Promise<number> {
  if (personId === undefined) return countIn(tx, notes, sessionId);
  const [row] = await tx
    .select({ n: count() })
    .from(notes)
    .where(and(eq(notes.sessionId, sessionId), eq(notes.personId, personId)));
  return row?.n ?? 0;
}

export async function todosOf(db: Queryable, sessionId: number): Promise<TodoView[]> {
  const owners = alias(persons, 'owners');
  const rows = await db
    .select({ todo: todos, by: persons.name, owner: owners.name })
    .from(todos)
    .innerJoin(persons, eq(persons.id, todos.personId))
    .leftJoin(owners, eq(owners.id, todos.ownerId))
    .where(eq(todos.sessionId, sessionId))
    .orderBy(asc(todos.number));
  return rows.map(({ todo, by, owner }) => ({ ...todo, by, owner }));
}

export async function findTodo(db: Queryable, sessionId: number, number: number): Promise<TodoRow | null> {
  const [row] = await db
    .select()
    .from(todos)
    .where(and(eq(todos.sessionId, sessionId), eq(todos.number, number)));
  return row ?? null;
}

/** Call under `lockNumbers`. */
export async function insertTodo(
  tx: Queryable,
  todo: Pick<TodoRow, 'sessionId' | 'text' | 'ownerId' | 'personId'>,
): Promise<TodoRow> {
  const number = await nextNumber(tx, todos, todo.sessionId);
  const [row] = await tx
    .insert(todos)
    .values({ ...todo, number })
    .returning();
  return row as TodoRow;
}

export async function ownTodo(tx: Queryable, id: number, ownerId: number): Promise<void> {
  await tx.update(todos).set({ ownerId }).where(eq(todos.id, id));
}

export async function settleTodo(
  tx: Queryable,
  id: number,
  state: 'done' | 'dropped',
  settledBy: number,
): Promise<void> {
  await tx.update(todos).set({ state, settledBy, settledAt: sql`now()` }).where(eq(todos.id, id));
}

/** What is pinned now. */
export async function pinsOf(db: Queryable, sessionId: number): Promise<PinView[]> {
  const rows = await db
    .select({ pin: pins, by: persons.name })
    .from(pins)
    .innerJoin(persons, eq(persons.id, pins.personId))
    .where(and(eq(pins.sessionId, sessionId), isNull(pins.droppedAt)))
    .orderBy(asc(pins.number));
  return rows.map(({ pin, by }) => ({ ...pin, by }));
}

/** Call under `lockNumbers`. */
export async function insertPin(
  tx: Queryable,
  pin: Pick<PinRow, 'sessionId' | 'text' | 'personId'>,
): Promise<PinRow> {
  const number = await nextNumber(tx, pins, pin.sessionId);
  const [row] = await tx
    .insert(pins)
    .values({ ...pin, number })
    .returning();
  return row as PinRow;
}

export async function dropPin(tx: Queryable, id: number): Promise<void> {
  await tx.update(pins).set({ droppedAt: sql`now()` }).where(eq(pins.id, id));
}
