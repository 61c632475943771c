import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { facts, snapshots } from './schema.ts';

export type Snapshot = typeof snapshots.$inferSelect;
type Facts = Snapshot['facts'];

/** The snapshot that an environment is compared with and reset to. */
export const BASELINE = 'baseline';

export async function insertFacts(
  tx: Queryable,
  values: { environmentId: number; runId: number; node: string; facts: Facts[string] },
): Promise<void> {
  await tx.insert(facts).values(values);
}

/** The newest facts of every node of the environment, and when the oldest of them was gathered. */
export async function latestFacts(
  db: Queryable,
  environmentId: number,
): Promise<{ facts: Facts; at: Date | null }> {
  const rows = await db
    .selectDistinctOn([facts.node], { node: facts.node, facts: facts.facts, at: facts.at })
    .from(facts)
    .where(eq(facts.environmentId, environmentId))
    .orderBy(facts.node, desc(facts.id));
  const at = rows.reduce<Date | null>((oldest, row) => (oldest && oldest < row.at ? oldest : row.at), null);
  return { facts: Object.fromEntries(rows.map((row) => [row.node, row.facts])), at };
}

/** The facts that one run gathered. */
export async function factsOfRun(db: Queryable, runId: number): Promise<Facts> {
  const rows = await db.select().from(facts).where(eq(facts.runId, runId)).orderBy(asc(facts.id));
  return Object.fromEntries(rows.map((row) => [row.node, row.facts]));
}

/** Keeps a snapshot under its name, in place of an older one. */
export async function putSnapshot(tx: Queryable, values: typeof snapshots.$inferInsert): Promise<void> {
  await tx
    .insert(snapshots)
    .values(values)
    .onConflictDoUpdate({
      target: [snapshots.environmentId, snapshots.name],
      set: {
        layer: values.layer ?? null,
        runId: values.runId,
        facts: values.facts,
        nodes: values.nodes,
        createdAt: sql`now()`,
      },
    });
}

export async function findSnapshot(
  db: Queryable,
  environmentId: number,
  name: string,
): Promise<Snapshot | null> {
  const [row] = await db
    .select()
    .from(snapshots)
    .where(and(eq(snapshots.environmentId, environmentId), eq(snapshots.name, name)));
  return row ?? null;
}

export function snapshotsOf(
  db: Queryable,
  environmentId: number,
): Promise<{ name: string; createdAt: Date }[]> {
  return db
    .select({ name: snapshots.name, createdAt: snapshots.createdAt })
    .from(snapshots)
    .where(eq(snapshots.environmentId, environmentId))
    .orderBy(asc(snapshots.id));
}
