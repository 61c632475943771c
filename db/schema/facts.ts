import { index, integer, jsonb, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core';

/** Facts of one node at one time. What a topic says is kept once, however often it is found: see `fact_sets`. */
export const facts = pgTable(
  'facts',
  {
    id: serial().primaryKey(),
    environmentId: integer('environment_id').notNull(),
    runId: integer('run_id').notNull(),
    /** The node's name in the environment. */
    node: text().notNull(),
    /** Its IP address then. */
    address: text(),
    at: timestamp({ withTimezone: true, mode: 'date' }).notNull().defaultNow(),
    /** Topic → the digest of what it said. */
    topics: jsonb().$type<Record<string, string>>().notNull(),
  },
  (t) => [index('facts_environment').on(t.environmentId, t.id), index('facts_run').on(t.runId)],
);

/** What a topic of facts says, by its digest: most nodes say the same, and say it again at the next look. */
export const factSets = pgTable('fact_sets', {
  digest: text().primaryKey(),
  facts: jsonb().$type<Record<string, string>>().notNull(),
});
