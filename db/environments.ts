import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { type Hold, HoldLost, whileHeld } from './runs.ts';
import { type EnvironmentState, environments, type NodeState, nodes, snapshots } from './schema.ts';

export type Environment = typeof environments.$inferSelect;
export type Node = typeof nodes.$inferSelect;

export async function findEnvironment(db: Queryable, name: string): Promise<Environment | null> {
  const [row] = await db
    .select()
    .from(environments)
    .where(and(eq(environments.name, name), isNull(environments.destroyedAt)));
  return row ?? null;
}

export async function environmentById(db: Queryable, id: number): Promise<Environment> {
  const [row] = await db.select().from(environments).where(eq(environments.id, id));
  if (!row) throw new Error(`environment ${id} is not in the database`);
  return row;
}

/**
 * Locks the name, there or not, until the transaction ends: two commands on one environment decide one after the other. Whoever writes
 * a row that only refers to the environment (a run's worker) does not wait for that: it may have what is asked for next.
 */
export async function lockEnvironment(tx: Queryable, name: string): Promise<Environment | null> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`environment:${name}`}, 0))`);
  const [row] = await tx
    .select()
    .from(environments)
    .where(and(eq(environments.name, name), isNull(environments.destroyedAt)))
    .for('no key update');
  return row ?? null;
}

/** Locks what {@link lockEnvironment} locks of an environment that is there: for who goes on to its runs, and has no need of the name. */
export async function keepEnvironment(tx: Queryable, id: number): Promise<void> {
  await tx
    .select({ id: environments.id })
    .from(environments)
    .where(eq(environments.id, id))
    .for('no key update');
}

export function listEnvironments(db: Queryable): Promise<Environment[]> {
  return db
    .select()
    .from(environments)
    .where(isNull(environments.destroyedAt))
    .orderBy(asc(environments.name));
}

export async function insertEnvironment(
  tx: Queryable,
  values: typeof environments.$inferInsert,
): Promise<Environment> {
  const [row] = await tx.insert(environments).values(values).returning();
  return row as Environment;
}

export async function updateEnvironment(
  tx: Queryable,
  id: number,
  values: Partial<
    Pick<Environment, 'blueprint' | 'params' | 'secrets' | 'formerSecrets' | 'state' | 'destroyedAt'>
  >,
): Promise<void> {
  await tx.update(environments).set(values).where(eq(environments.id, id));
}

export function setEnvironmentState(tx: Queryable, id: number, state: EnvironmentState): Promise<void> {
  return updateEnvironment(tx, id, { state, ...(state === 'destroyed' ? { destroyedAt: new Date() } : {}) });
}

/** The environment's nodes, in the order of their making. */
export function nodesOf(db: Queryable, environmentId: number): Promise<Node[]> {
  return db
    .select()
    .from(nodes)
    .where(and(eq(nodes.environmentId, environmentId), isNull(nodes.releasedAt)))
    .orderBy(asc(nodes.id));
}

/** Those that it has and those that it has given back: whatever a run of it may have been on. */
export function nodesEverOf(db: Queryable, environmentId: number): Promise<Node[]> {
  return db.select().from(nodes).where(eq(nodes.environmentId, environmentId)).orderBy(asc(nodes.id));
}

export async function nodeById(db: Queryable, id: number): Promise<Node> {
  const [row] = await db.select().from(nodes).where(eq(nodes.id, id));
  if (!row) throw new Error(`node ${id} is not in the database`);
  return row;
}

/** Which machines of the pool are held, as which node of which environment; `id` is the node's. */
export function heldMachines(
  db: Queryable,
  pool: string,
): Promise<{ id: number; machine: string; node: string; state: NodeState; environment: string }[]> {
  const { id, machine, name: node, state } = nodes;
  return db
    .select({ id, machine, node, state, environment: environments.name })
    .from(nodes)
    .innerJoin(environments, eq(environments.id, nodes.environmentId))
    .where(and(eq(nodes.pool, pool), isNull(nodes.releasedAt)))
    .orderBy(asc(nodes.machine));
}

/** One choice of machines at a time per pool; held until the transaction ends. */
export async function lockPool(tx: Queryable, pool: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`pool:${pool}`}, 0))`);
}

export function insertNodes(tx: Queryable, values: (typeof nodes.$inferInsert)[]): Promise<Node[]> {
  return tx.insert(nodes).values(values).returning();
}

/** Notes what became of a node in a held run; throws {@link HoldLost} under an old generation. */
export async function updateNode(
  tx: Queryable,
  hold: Hold,
  id: number,
  values: {
    state?: NodeState;
    address?: string;
    zone?: string | null;
    mark?: string | null;
    layer?: string | null;
    layerRunId?: number | null;
  },
): Promise<void> {
  const rows = await tx
    .update(nodes)
    .set(values)
    .where(and(eq(nodes.id, id), whileHeld(hold)))
    .returning({ id: nodes.id });
  if (rows.length === 0) throw new HoldLost(hold);
}

/** Notes that a node's machine was found, or was not: for the process whose pool it is, as it begins. */
export async function setNodeState(
  tx: Queryable,
  id: number,
  found: { address: string } | null,
): Promise<void> {
  const state = found ? ({ state: 'up', address: found.address } as const) : ({ state: 'broke' } as const);
  await tx.update(nodes).set(state).where(eq(nodes.id, id));
}

export async function releaseNodes(tx: Queryable, environmentId: number): Promise<void> {
  await tx
    .update(nodes)
    .set({ releasedAt: new Date() })
    .where(and(eq(nodes.environmentId, environmentId), isNull(nodes.releasedAt)));
}

/** What is secret of an environment: now, in former times, and on the disks that are kept of it. Never to be shown. */
export async function secretsOf(
  db: Queryable,
  { id, secrets, formerSecrets }: Pick<Environment, 'id' | 'secrets' | 'formerSecrets'>,
): Promise<string[]> {
  const kept = await db
    .select({ secrets: snapshots.secrets })
    .from(snapshots)
    .where(eq(snapshots.environmentId, id));
  return valuesOf([{ secrets, formerSecrets }, ...kept]);
}

/** What is secret of the environments that there are, see {@link secretsOf}: never to be shown, whoever types it. */
export async function secretsInUse(db: Queryable): Promise<string[]> {
  const isThere = isNull(environments.destroyedAt);
  const { secrets, formerSecrets } = environments;
  const now = await db.select({ secrets, formerSecrets }).from(environments).where(isThere);
  const kept = await db
    .select({ secrets: snapshots.secrets })
    .from(snapshots)
    .innerJoin(environments, eq(environments.id, snapshots.environmentId))
    .where(isThere);
  return valuesOf([...now, ...kept]);
}

interface Secrets {
  readonly secrets: Readonly<Record<string, string>> | null;
  readonly formerSecrets?: readonly string[];
}

function valuesOf(rows: readonly Secrets[]): string[] {
  return [
    ...new Set(
      rows.flatMap(({ secrets, formerSecrets = [] }) => [...Object.values(secrets ?? {}), ...formerSecrets]),
    ),
  ];
}
