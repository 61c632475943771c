import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { environments, persons } from '../schema.ts';
import { at, now } from './columns.ts';
import type { SessionRole } from './sessions.ts';

/** Who may change an environment now (sessions/leases/). No row: nobody holds it. */
export const leases = pgTable('leases', {
  environmentId: integer('environment_id')
    .primaryKey()
    .references(() => environments.id),
  personId: integer('person_id')
    .notNull()
    .references(() => persons.id),
  /** Where it was claimed. */
  sessionId: integer('session_id'),
  channel: text().notNull().default(''),
  reason: text(),
  since: now('since'),
  expiresAt: at('expires_at').notNull(),
  /** When the holder was told that the end is near; null: not yet. */
  warnedAt: at('warned_at'),
  /** Work on it was accepted, and its run has not been seen to end. */
  isWorkedOn: boolean('is_worked_on').notNull().default(false),
});

/** Who waits for an environment, longest first by id. */
export const leaseQueue = pgTable(
  'lease_queue',
  {
    id: serial().primaryKey(),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id),
    personId: integer('person_id')
      .notNull()
      .references(() => persons.id),
    sessionId: integer('session_id'),
    channel: text().notNull(),
    reason: text(),
    /** For how long the environment is wanted. */
    wantsMs: integer('wants_ms').notNull(),
    since: now('since'),
    /** It is this person's turn, until then. */
    offeredUntil: at('offered_until'),
  },
  (t) => [unique('lease_queue_person').on(t.environmentId, t.personId)],
);

/** The holder of an environment offers it to somebody, who may take it until then. */
export const handoffs = pgTable('handoffs', {
  environmentId: integer('environment_id')
    .primaryKey()
    .references(() => leases.environmentId, { onDelete: 'cascade' }),
  toPersonId: integer('to_person_id')
    .notNull()
    .references(() => persons.id),
  since: now('since'),
  expiresAt: at('expires_at').notNull(),
});

/**
 * open → approved → started; or rejected, expired, or void: the plan was another one when it was to be started, or who asked
 * for it has left.
 */
export type ApprovalState = 'open' | 'approved' | 'started' | 'rejected' | 'expired' | 'void';

/** Something destructive that several persons must agree to. */
export const approvals = pgTable(
  'approvals',
  {
    id: serial().primaryKey(),
    state: text().$type<ApprovalState>().notNull().default('open'),
    sessionId: integer('session_id'),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id),
    /** Who asked, as whom, where. */
    personId: integer('person_id')
      .notNull()
      .references(() => persons.id),
    identity: text().notNull(),
    channel: text().notNull(),
    /** The command as people may see it, and as it is to be done (bot/command/command.ts). */
    command: text().notNull(),
    request: jsonb().notNull(),
    /** Why it needs approval. */
    why: text().notNull(),
    /** What is going to happen, masked, and its digest: another plan needs another approval. */
    preview: jsonb().notNull(),
    digest: text().notNull(),
    /** So many persons of at least that role. */
    needed: integer().notNull(),
    role: text().$type<SessionRole>().notNull(),
    askedAt: now('asked_at'),
    expiresAt: at('expires_at').notNull(),
    settledAt: at('settled_at'),
  },
  (t) => [index('approvals_open').on(t.expiresAt).where(sql`${t.state} in ('open', 'approved')`)],
);

/** What a person says to it: once per person, from whichever identity. */
export const approvalDecisions = pgTable(
  'approval_decisions',
  {
    approvalId: integer('approval_id')
      .notNull()
      .references(() => approvals.id),
    personId: integer('person_id')
      .notNull()
      .references(() => persons.id),
    identity: text().notNull(),
    channel: text().notNull(),
    verdict: text().$type<'approve' | 'reject'>().notNull(),
    at: now('at'),
  },
  (t) => [primaryKey({ columns: [t.approvalId, t.personId] })],
);
