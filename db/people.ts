import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { identities, persons } from './schema.ts';

export type Person = typeof persons.$inferSelect;
export type Identity = typeof identities.$inferSelect;

/** The person behind a verified identity; a new one at first sight. */
export async function personOf(tx: Queryable, identity: string, display: string): Promise<Person> {
  const known = await findPerson(tx, identity);
  if (known) {
    if (known.display === display) return known.person;
    return noteDisplay(tx, identity, known, display);
  }
  return tx.transaction(async (inner) => {
    const [person] = await inner.insert(persons).values({ name: display }).returning();
    const taken = await inner
      .insert(identities)
      .values({ identity, display, personId: (person as Person).id })
      .onConflictDoNothing()
      .returning();
    if (taken.length > 0) return person as Person;
    // Another message of the same newcomer was faster.
    await inner.delete(persons).where(eq(persons.id, (person as Person).id));
    return (await findPerson(inner, identity))?.person as Person;
  });
}

async function findPerson(
  db: Queryable,
  identity: string,
): Promise<{ person: Person; display: string } | null> {
  const [row] = await db
    .select({ person: persons, display: identities.display })
    .from(identities)
    .innerJoin(persons, eq(persons.id, identities.personId))
    .where(eq(identities.identity, identity));
  return row ?? null;
}

/** Whose identity it is; null: nobody has been seen with it. */
export async function personOfIdentity(db: Queryable, identity: string): Promise<Person | null> {
  return (await findPerson(db, identity))?.person ?? null;
}

/**
 * People call themselves something else now, or the service tells their name at last: who was called by the account's number until
 * then is called so, too. A nick that changes for a while is no other name.
 */
async function noteDisplay(
  tx: Queryable,
  identity: string,
  { person, display: before }: { person: Person; display: string },
  display: string,
): Promise<Person> {
  await tx.update(identities).set({ display, seenAt: sql`now()` }).where(eq(identities.identity, identity));
  const isNumber = !identity.startsWith('irc:') && /[:/]([^:/]+)$/.exec(identity)?.[1] === before;
  if (!isNumber || person.name !== before) return person;
  await tx.update(persons).set({ name: display }).where(eq(persons.id, person.id));
  return { ...person, name: display };
}

export async function personById(db: Queryable, id: number): Promise<Person | null> {
  const [row] = await db.select().from(persons).where(eq(persons.id, id));
  return row ?? null;
}

/** Who that is by now: persons who turned out to be one are one. */
export async function currentPerson(db: Queryable, id: number): Promise<number> {
  const person = await personById(db, id);
  return person?.mergedInto == null ? id : currentPerson(db, person.mergedInto);
}

export async function identitiesOf(db: Queryable, personId: number): Promise<string[]> {
  const rows = await db
    .select()
    .from(identities)
    .where(eq(identities.personId, personId))
    .orderBy(asc(identities.identity));
  return rows.map((row) => row.identity);
}

/** The identities of people who have several, and whose they are. */
export async function linkedIdentities(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.execute<{ identity: string; person_id: number }>(sql`
    select identity, person_id from (
      select identity, person_id, count(*) over (partition by person_id) as accounts from ${identities}
    ) as counted where accounts > 1`);
  return new Map(rows.map(({ identity, person_id }) => [identity, person_id]));
}

/** The identities that are shown with this name, however it is capitalised, or that are this. */
export function identitiesNamed(db: Queryable, name: string): Promise<Identity[]> {
  const wanted = name.toLowerCase();
  return db
    .select({
      identity: identities.identity,
      personId: identities.personId,
      display: identities.display,
      seenAt: identities.seenAt,
    })
    .from(identities)
    .innerJoin(persons, eq(persons.id, identities.personId))
    .where(
      sql`lower(${identities.display}) = ${wanted} or lower(${persons.name}) = ${wanted} or ${identities.identity} = ${name}`,
    )
    .orderBy(asc(identities.identity))
    .limit(50);
}

/** The names of persons, by id. */
export async function namesOf(db: Queryable, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: persons.id, name: persons.name })
    .from(persons)
    .where(inArray(persons.id, [...new Set(ids)]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Two persons turned out to be one: gives all identities of one to the other. What else names it is for the caller. */
export async function moveIdentities(tx: Queryable, from: number, to: number): Promise<void> {
  await tx.update(identities).set({ personId: to }).where(eq(identities.personId, from));
  await tx.update(persons).set({ mergedInto: to }).where(eq(persons.id, from));
}

/** Makes a person of its own for an identity that is another's no more. Null: it is the only one of its person. */
export async function splitIdentity(tx: Queryable, identity: string, now: Date): Promise<Person | null> {
  const [row] = await tx.select().from(identities).where(eq(identities.identity, identity)).for('update');
  if (!row) return null;
  const others = await tx
    .select()
    .from(identities)
    .where(and(eq(identities.personId, row.personId), ne(identities.identity, identity)));
  if (others.length === 0) return null;
  const [person] = await tx
    .insert(persons)
    .values({ name: row.display, splitFrom: row.personId, splitAt: now })
    .returning();
  await tx
    .update(identities)
    .set({ personId: (person as Person).id })
    .where(eq(identities.identity, identity));
  return person as Person;
}

/** One linking of people at a time; held until the transaction ends. */
export async function lockPeople(tx: Queryable): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('people', 0))`);
}

/** Persons who were split off others since, each with whom from. */
export async function splitsSince(db: Queryable, since: Date): Promise<Map<number, number>> {
  const rows = await db
    .select({ id: persons.id, from: persons.splitFrom })
    .from(persons)
    .where(and(sql`${persons.splitAt} >= ${since}`, isNull(persons.mergedInto)));
  return new Map(rows.flatMap(({ id, from }) => (from === null ? [] : [[id, from] as const])));
}
