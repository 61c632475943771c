import { createHash } from 'node:crypto';
import { and, asc, desc, eq, inArray, lt, lte, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import type { Hold } from './runs.ts';
import { factSets, facts } from './schema/facts.ts';
import { keepHold } from './tasks.ts';

type Topic = Readonly<Record<string, string>>;
/** Topic → key → value. */
export type StoredFacts = Readonly<Record<string, Topic>>;

/** When a node was looked at, and what it said: digests of topics, whose text {@link readFactSets} gives. */
export interface FactRecord {
  readonly node: string;
  readonly address: string | null;
  readonly runId: number;
  readonly at: Date;
  readonly topics: Readonly<Record<string, string>>;
}

/** The facts of an environment's nodes at some time. */
export interface GatheredState {
  /** Node → topic → key → value. */
  readonly facts: Readonly<Record<string, StoredFacts>>;
  readonly nodes: readonly { readonly name: string; readonly address: string | null }[];
  /** When the oldest of them was gathered; null: there are none. */
  readonly at: Date | null;
}

/** Keeps what a held run has gathered of a node; throws {@link HoldLost} under an old generation. */
export async function insertFacts(
  db: Queryable,
  hold: Hold,
  looked: { environmentId: number; node: string; address: string | null; facts: StoredFacts },
): Promise<void> {
  const { facts: said, ...where } = looked;
  const sets = Object.entries(said).map(([topic, values]) => ({ topic, values, digest: digestOf(values) }));
  const digests = [...new Set(sets.map(({ digest }) => digest))];
  const there = await db
    .select({ digest: factSets.digest })
    .from(factSets)
    .where(inArray(factSets.digest, digests));
  const known = new Set(there.map(({ digest }) => digest));
  const missing = sets.filter(({ digest }) => !known.has(digest));
  if (missing.length > 0) {
    // They stand for themselves, whoever has found them.
    await db
      .insert(factSets)
      .values(missing.map(({ digest, values }) => ({ digest, facts: values })))
      .onConflictDoNothing();
  }
  const topics = Object.fromEntries(sets.map(({ topic, digest }) => [topic, digest]));
  await db.transaction(async (tx) => {
    await keepHold(tx, hold);
    await tx.insert(facts).values({ ...where, runId: hold.runId, topics });
  });
}

function digestOf(values: Topic): string {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}

const columns = {
  node: facts.node,
  address: facts.address,
  runId: facts.runId,
  at: facts.at,
  topics: facts.topics,
};

/** The newest record of every node of the environment, of those gathered up to `until` and before the run `beforeRun`. */
export function latestRecords(
  db: Queryable,
  environmentId: number,
  { until, beforeRun }: { until?: Date; beforeRun?: number } = {},
): Promise<FactRecord[]> {
  return db
    .selectDistinctOn([facts.node], columns)
    .from(facts)
    .where(
      and(
        eq(facts.environmentId, environmentId),
        until && lte(facts.at, until),
        beforeRun === undefined ? undefined : lt(facts.runId, beforeRun),
      ),
    )
    .orderBy(facts.node, desc(facts.id));
}

/** What one run gathered, the newest of every node. */
export function recordsOfRun(db: Queryable, runId: number): Promise<FactRecord[]> {
  return db
    .selectDistinctOn([facts.node], columns)
    .from(facts)
    .where(eq(facts.runId, runId))
    .orderBy(facts.node, desc(facts.id));
}

/** When an environment was looked at, newest first. */
export async function factTimes(
  db: Queryable,
  environmentId: number,
  limit: number,
): Promise<{ runId: number; at: Date }[]> {
  return db
    .select({ runId: facts.runId, at: sql<Date>`min(${facts.at})`.mapWith(facts.at) })
    .from(facts)
    .where(eq(facts.environmentId, environmentId))
    .groupBy(facts.runId)
    .orderBy(desc(facts.runId))
    .limit(limit);
}

/** What the topics of these records say; of each topic only if `wanted`. */
export async function stateOf(
  db: Queryable,
  records: readonly FactRecord[],
  wanted: (record: FactRecord, topic: string) => boolean = () => true,
): Promise<GatheredState> {
  const picked = records.map((record) => ({
    ...record,
    topics: Object.entries(record.topics).filter(([topic]) => wanted(record, topic)),
  }));
  const sets = await readFactSets(
    db,
    new Set(picked.flatMap(({ topics }) => topics.map(([, digest]) => digest))),
  );
  const entries = picked.map(({ node, topics }) => [
    node,
    Object.fromEntries(topics.map(([topic, digest]) => [topic, sets.get(digest) ?? {}])),
  ]);
  const at = records.reduce<Date | null>(
    (first, record) => (first && first < record.at ? first : record.at),
    null,
  );
  return {
    facts: Object.fromEntries(entries),
    nodes: records.map(({ node, address }) => ({ name: node, address })),
    at,
  };
}

async function readFactSets(db: Queryable, digests: ReadonlySet<string>): Promise<Map<string, Topic>> {
  if (digests.size === 0) return new Map();
  const rows = await db
    .select()
    .from(factSets)
    .where(inArray(factSets.digest, [...digests]))
    .orderBy(asc(factSets.digest));
  return new Map(rows.map((row) => [row.digest, row.facts]));
}
