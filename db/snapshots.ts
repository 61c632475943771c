import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { keepEnvironment, updateEnvironment } from './environments.ts';
import type { Hold } from './runs.ts';
import { snapshots } from './schema.ts';
import { keepHold } from './tasks.ts';

export type Snapshot = typeof snapshots.$inferSelect;

/** The snapshot that an environment is compared with and reset to. */
export const BASELINE = 'baseline';

/** Keeps what a held run has gathered under a name, in place of an older snapshot; throws {@link HoldLost} under an old generation. */
export async function putSnapshot(
  db: Queryable,
  hold: Hold,
  snapshot: Omit<typeof snapshots.$inferInsert, 'runId'>,
): Promise<void> {
  const values = { ...snapshot, runId: hold.runId };
  await db.transaction(async (tx) => {
    await keepHold(tx, hold);
    await tx
      .insert(snapshots)
      .values(values)
      .onConflictDoUpdate({
        target: [snapshots.environmentId, snapshots.name],
        set: {
          layer: values.layer ?? null,
          runId: values.runId,
          params: values.params ?? null,
          secrets: values.secrets ?? null,
          facts: values.facts,
          nodes: values.nodes,
          createdAt: sql`now()`,
        },
      });
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

/** Whether a snapshot goes by the layer. */
export async function isKept(db: Queryable, environmentId: number, layer: string): Promise<boolean> {
  const rows = await db
    .select({ id: snapshots.id })
    .from(snapshots)
    .where(and(eq(snapshots.environmentId, environmentId), eq(snapshots.layer, layer)));
  return rows.length > 0;
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

/**
 * Makes the parameters that an environment had when a layer was kept its own again, for a held run; throws {@link HoldLost} under an
 * old generation. Of layers that earlier versions kept they are not known: then nothing is changed.
 */
export async function bringBackParams(
  db: Queryable,
  hold: Hold,
  environmentId: number,
  layer: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    // Before the run, as whoever intervenes does: else each would have what the other waits for.
    await keepEnvironment(tx, environmentId);
    await keepHold(tx, hold);
    const [kept] = await tx
      .select({ params: snapshots.params, secrets: snapshots.secrets })
      .from(snapshots)
      .where(and(eq(snapshots.environmentId, environmentId), eq(snapshots.layer, layer)));
    if (kept?.params && kept.secrets)
      await updateEnvironment(tx, environmentId, { params: kept.params, secrets: kept.secrets });
  });
}
