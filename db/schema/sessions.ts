import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, serial, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { persons } from '../schema.ts';
import { at, now } from './columns.ts';

/** A deploy day: people, channels and what is agreed on there. No end: it goes on. */
export const sessions = pgTable(
  'sessions',
  {
    id: serial().primaryKey(),
    name: text().notNull(),
    startedBy: integer('started_by').references(() => persons.id),
    startedAt: now('started_at'),
    endedBy: integer('ended_by').references(() => persons.id),
    endedAt: at('ended_at'),
  },
  (t) => [uniqueIndex('sessions_open_name').on(t.name).where(sql`${t.endedAt} is null`)],
);

/** What a linked channel is for: the work, or newcomers' questions, where the noise of the work is not told. */
export type Lane = 'operations' | 'help';

/** Which channels belong to which session, and did; a channel belongs to one open session at most. */
export const sessionChannels = pgTable(
  'session_channels',
  {
    id: serial().primaryKey(),
    sessionId: integer('session_id')
      .notNull()
      .references(() => sessions.id),
    channel: text().notNull(),
    lane: text().$type<Lane>().notNull().default('operations'),
    linkedBy: integer('linked_by').references(() => persons.id),
    linkedAt: now('linked_at'),
    /** When it was taken to another session, or its session ended. */
    unlinkedAt: at('unlinked_at'),
  },
  (t) => [
    uniqueIndex('session_channels_linked').on(t.channel).where(sql`${t.unlinkedAt} is null`),
    index('session_channels_session').on(t.sessionId),
  ],
);

/** How much is told in a channel. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** What people have set for a channel, in a session or not. No row: `normal`. */
export const channelSettings = pgTable('channel_settings', {
  channel: text().primaryKey(),
  verbosity: text().$type<Verbosity>().notNull(),
  changedAt: now('changed_at'),
});

/** Roles, weakest first (sessions/roles.ts). */
export type SessionRole = 'observer' | 'participant' | 'operator' | 'admin';

/** Who takes part in a session, in which role. */
export const participants = pgTable(
  'participants',
  {
    sessionId: integer('session_id')
      .notNull()
      .references(() => sessions.id),
    personId: integer('person_id')
      .notNull()
      .references(() => persons.id),
    /** Null: the role that everybody has who was granted none. */
    role: text().$type<SessionRole>(),
    organisation: text(),
    site: text(),
    /** Null: a role was granted, and nothing done yet. */
    joinedAt: at('joined_at'),
    leftAt: at('left_at'),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.personId] })],
);

/** Codes that join an identity to a person: shown on one service, typed on another, once. */
export const linkCodes = pgTable('link_codes', {
  /** SHA-256 of the code, hex. */
  hash: text().primaryKey(),
  personId: integer('person_id')
    .notNull()
    .references(() => persons.id),
  /** Which of the person's identities asked for it, and the channel that it was shown in. */
  identity: text().notNull(),
  channel: text().notNull(),
  createdAt: now('created_at'),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
  usedBy: text('used_by'),
});

/** Wrong codes typed by an identity since a time: guessing is bounded. */
export const linkAttempts = pgTable('link_attempts', {
  identity: text().primaryKey(),
  wrong: integer().notNull(),
  since: now('since'),
});
