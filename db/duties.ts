import { and, eq, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { CHANNELS, notify } from './events.ts';
import { duties, nodes, runs } from './schema.ts';

/** What only one process may do at a time. Every write under it names its generation. */
export interface Duty {
  readonly name: string;
  readonly generation: number;
}

/** Another process has the duty, or left it behind. */
export interface HeldBy {
  readonly heldBy: string;
  /** When it lapses unless it is renewed, in ms from now. */
  readonly lapsesInMs: number;
}

/** Takes the duty when nobody has it, for so many seconds. */
export function takeDuty(
  db: Queryable,
  name: string,
  owner: string,
  seconds: number,
): Promise<Duty | HeldBy> {
  return take(db, name, owner, seconds, lapsed());
}

/**
 * Takes the duty for a pool whose machines are in one place, `HOST:FOLDER`. As long as environments have machines there, no
 * other place may have it, alive or not: they are nowhere else. From its own place it is taken at once; call it only when no
 * other process works there.
 */
export function takePool(
  db: Queryable,
  pool: string,
  place: string,
  seconds: number,
): Promise<Duty | HeldBy> {
  const machines = sql`select 1 from ${nodes} where ${nodes.pool} = ${pool} and ${nodes.releasedAt} is null`;
  const mayMove = sql`(${lapsed()} and not exists (${machines}))`;
  return take(db, `pool:${pool}`, place, seconds, sql`(${duties.owner} = ${place} or ${mayMove})`);
}

async function take(
  db: Queryable,
  name: string,
  owner: string,
  seconds: number,
  mayTake: SQL,
): Promise<Duty | HeldBy> {
  const [row] = await db
    .insert(duties)
    .values({ name, owner, generation: 1, expiresAt: inSeconds(seconds) })
    .onConflictDoUpdate({
      target: duties.name,
      set: { owner, generation: sql`${duties.generation} + 1`, expiresAt: inSeconds(seconds) },
      setWhere: mayTake,
    })
    .returning({ generation: duties.generation });
  if (row) return { name, generation: row.generation };
  const lapsesInMs = sql<number>`(extract(epoch from ${duties.expiresAt} - now()) * 1000)::float8`;
  const [other] = await db
    .select({ heldBy: duties.owner, lapsesInMs })
    .from(duties)
    .where(eq(duties.name, name));
  return other ?? { heldBy: 'nobody any more', lapsesInMs: 0 };
}

/** False when the duty is no longer ours. */
export async function renewDuty(db: Queryable, duty: Duty, seconds: number): Promise<boolean> {
  const rows = await db
    .update(duties)
    .set({ expiresAt: inSeconds(seconds) })
    .where(ours(duty))
    .returning({ name: duties.name });
  return rows.length > 0;
}

/** Gives the duty back and tells those who wait for it. The row stays, since generations only go up. */
export async function dropDuty(db: Queryable, duty: Duty): Promise<void> {
  const rows = await db
    .update(duties)
    .set({ expiresAt: sql`now() - interval '1 second'` })
    .where(ours(duty))
    .returning({ name: duties.name });
  if (rows.length > 0) await notify(db, CHANNELS.duties, duty.name);
}

/** Keeps anybody else from taking the duty until the transaction ends; throws {@link DutyLost} if somebody has. */
export async function keepDuty(tx: Queryable, duty: Duty): Promise<void> {
  const rows = await tx.select({ name: duties.name }).from(duties).where(ours(duty)).for('share');
  if (rows.length === 0) throw new DutyLost(duty);
}

/**
 * Forgets who had which duty and who drove which run: for a private database, whose users all ended with the process that
 * started it. Who comes next need not wait until their time has run out.
 */
export async function forgetOwners(db: Queryable): Promise<void> {
  await db.delete(duties);
  await db.update(runs).set({ holdExpiresAt: null }).where(isNotNull(runs.holdExpiresAt));
}

/** A process acted under a duty that another one has taken meanwhile; it must stop. */
export class DutyLost extends Error {
  constructor(duty: Duty) {
    super(`${duty.name} is another process's duty now (this was generation ${duty.generation})`);
    this.name = 'DutyLost';
  }
}

function ours({ name, generation }: Duty) {
  return and(eq(duties.name, name), eq(duties.generation, generation));
}

function lapsed(): SQL {
  return lt(duties.expiresAt, sql`now()`);
}

function inSeconds(seconds: number): SQL<Date> {
  return sql`now() + make_interval(secs => ${seconds})`;
}
