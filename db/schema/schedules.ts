import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { environments, persons } from '../schema.ts';
import { at } from './columns.ts';

/** Environments that are looked at again and again by themselves, at most one schedule each. */
export const schedules = pgTable('schedules', {
  environmentId: integer('environment_id')
    .primaryKey()
    .references(() => environments.id),
  everySeconds: integer('every_seconds').notNull(),
  /** Who asked for it; a scheduled run itself is nobody's. */
  personId: integer('person_id').references(() => persons.id),
  setBy: text('set_by').notNull(),
  /** Where drift is told. */
  channel: text().notNull(),
  sessionId: integer('session_id'),
  nextAt: at('next_at').notNull(),
  /** The last run of it that has ended, and when. */
  lastRunId: integer('last_run_id'),
  lastAt: at('last_at'),
  /** Drift was found and told, and is not known to be gone. */
  drifting: boolean().notNull().default(false),
});
