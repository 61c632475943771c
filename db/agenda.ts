import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from './client.ts';
import { nextNumber } from './numbers.ts';
import { topics, topicVotes } from './schema/day.ts';
import { persons } from './schema.ts';

export type TopicRow = typeof topics.$inferSelect;

/** A topic with who proposed it and how many persons want it. */
export interface TopicView extends TopicRow {
  readonly proposedBy: string;
  readonly votes: number;
}

/** The topics of a session, in the order of their numbers. */
export async function topicsOf(db: Queryable, sessionId: number): Promise<TopicView[]> {
  // Persons who turned out to be one have one vote.
  const votes = sql<number>`(
    select count(distinct coalesce(p.merged_into, p.id))::int
    from ${topicVotes} v join ${persons} p on p.id = v.person_id
    where v.topic_id = "topics"."id")`;
  const rows = await db
    .select({ topic: topics, proposedBy: persons.name, votes })
    .from(topics)
    .innerJoin(persons, eq(persons.id, topics.personId))
    .where(eq(topics.sessionId, sessionId))
    .orderBy(asc(topics.number));
  return rows.map(({ topic, proposedBy, votes }) => ({ ...topic, proposedBy, votes }));
}

export async function findTopic(db: Queryable, sessionId: number, number: number): Promise<TopicRow | null> {
  const [row] = await db
    .select()
    .from(topics)
    .where(and(eq(topics.sessionId, sessionId), eq(topics.number, number)));
  return row ?? null;
}

/** Call under {@link lockNumbers}. */
export async function insertTopic(
  tx: Queryable,
  topic: Pick<TopicRow, 'sessionId' | 'title' | 'slot' | 'place' | 'who' | 'personId'>,
): Promise<TopicRow> {
  const number = await nextNumber(tx, topics, topic.sessionId);
  const [row] = await tx
    .insert(topics)
    .values({ ...topic, number })
    .returning();
  return row as TopicRow;
}

export async function updateTopic(
  tx: Queryable,
  id: number,
  change: Partial<Pick<TopicRow, 'slot' | 'place' | 'who' | 'state'>>,
): Promise<void> {
  await tx.update(topics).set(change).where(eq(topics.id, id));
}

/** False if the person wanted it already. */
export async function wantTopic(tx: Queryable, topicId: number, personId: number): Promise<boolean> {
  const rows = await tx.insert(topicVotes).values({ topicId, personId }).onConflictDoNothing().returning();
  return rows.length > 0;
}

/** False if the person did not want it. */
export async function unwantTopic(tx: Queryable, topicId: number, personId: number): Promise<boolean> {
  const rows = await tx
    .delete(topicVotes)
    .where(
      and(
        eq(topicVotes.topicId, topicId),
        sql`${topicVotes.personId} in (select id from ${persons} where id = ${personId} or merged_into = ${personId})`,
      ),
    )
    .returning();
  return rows.length > 0;
}
