import { eq } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { identities, persons } from './schema.ts';

export type Person = typeof persons.$inferSelect;

/** The person behind a verified identity; a new one at first sight. */
export async function personOf(tx: Queryable, identity: string, display: string): Promise<Person> {
  const known = await findPerson(tx, identity);
  if (known) return known;
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
    return (await findPerson(inner, identity)) as Person;
  });
}

async function findPerson(db: Queryable, identity: string): Promise<Person | null> {
  const [row] = await db
    .select({ person: persons })
    .from(identities)
    .innerJoin(persons, eq(persons.id, identities.personId))
    .where(eq(identities.identity, identity));
  return row?.person ?? null;
}

export async function identitiesOf(db: Queryable, personId: number): Promise<string[]> {
  const rows = await db.select().from(identities).where(eq(identities.personId, personId));
  return rows.map((row) => row.identity);
}

export async function personById(db: Queryable, id: number): Promise<Person | null> {
  const [row] = await db.select().from(persons).where(eq(persons.id, id));
  return row ?? null;
}
