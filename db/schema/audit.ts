import { type AnyColumn, sql } from 'drizzle-orm';
import { bigserial, index, integer, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';

/**
 * done: it was accepted (a run that it started may still fail: `run_id`) · refused: it may not be, or cannot be as things are
 * · failed: the bot broke over it · cut-off: the bot ended before it could answer
 */
export type AuditResult = 'done' | 'refused' | 'failed' | 'cut-off';

/** Several environments in one row are joined by this; no name has it. */
export const BETWEEN_ENVIRONMENTS = ', ';

/** The names that a row's `environment` holds; indexed in exactly this form. */
export const environmentsIn = (column: AnyColumn) =>
  sql`string_to_array(${column}, ${sql.raw(`'${BETWEEN_ENVIRONMENTS}'`)})`;

/** Every command and what became of it. Rows are only ever added: a trigger refuses all else (migrations, "audit"). */
export const audit = pgTable(
  'audit',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: timestamp({ withTimezone: true, mode: 'date' }).notNull().defaultNow(),
    adapter: text().notNull(),
    messageId: text('message_id').notNull(),
    channel: text().notNull(),
    sessionId: integer('session_id'),
    /** The account that the service vouched for; null: it vouched for none. */
    identity: text(),
    /** The name that was shown then; proves nothing. */
    display: text().notNull(),
    personId: integer('person_id'),
    /** The role that the sender had; null: it did not come to that. */
    role: text(),
    verb: text().notNull(),
    /** The line as people may see it, secrets masked. */
    command: text().notNull(),
    /** The environment that it names, which need not exist; several, `demo, ex`, where it let go of several. */
    environment: text(),
    result: text().$type<AuditResult>().notNull(),
    /** The first line of the answer: what was done, or why not. */
    answer: text().notNull(),
    runId: integer('run_id'),
  },
  (t) => [
    unique('audit_message').on(t.adapter, t.messageId),
    index('audit_environments').using('gin', environmentsIn(t.environment)),
    index('audit_person').on(t.personId, t.id),
  ],
);
