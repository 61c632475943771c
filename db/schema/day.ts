import { boolean, index, integer, pgTable, primaryKey, serial, text, unique } from 'drizzle-orm/pg-core';
import { persons } from '../schema.ts';
import { at, now } from './columns.ts';
import { sessions } from './sessions.ts';

/** What people talk about, decide and want done in a session. Things are numbered 1… within their session. */

const inSession = () =>
  integer('session_id')
    .notNull()
    .references(() => sessions.id);
const person = (name: string) => integer(name).references(() => persons.id);

export const topics = pgTable(
  'topics',
  {
    id: serial().primaryKey(),
    sessionId: inSession(),
    number: integer().notNull(),
    title: text().notNull(),
    /** When, where and with whom, in people's own words. */
    slot: text(),
    place: text(),
    who: text(),
    state: text().$type<'open' | 'done' | 'dropped'>().notNull().default('open'),
    personId: person('person_id').notNull(),
    createdAt: now('created_at'),
  },
  (t) => [unique('topics_number').on(t.sessionId, t.number)],
);

/** Who wants a topic. Persons who turn out to be one are counted once. */
export const topicVotes = pgTable(
  'topic_votes',
  {
    topicId: integer('topic_id')
      .notNull()
      .references(() => topics.id),
    personId: person('person_id').notNull(),
    at: now('at'),
  },
  (t) => [primaryKey({ columns: [t.topicId, t.personId] })],
);

export const notes = pgTable(
  'notes',
  {
    id: serial().primaryKey(),
    sessionId: inSession(),
    text: text().notNull(),
    /** It was agreed on. */
    decision: boolean().notNull().default(false),
    personId: person('person_id').notNull(),
    at: now('at'),
  },
  (t) => [index('notes_session').on(t.sessionId, t.id)],
);

export const todos = pgTable(
  'todos',
  {
    id: serial().primaryKey(),
    sessionId: inSession(),
    number: integer().notNull(),
    text: text().notNull(),
    /** Who does it; null: nobody yet. */
    ownerId: person('owner_id'),
    state: text().$type<'open' | 'done' | 'dropped'>().notNull().default('open'),
    personId: person('person_id').notNull(),
    createdAt: now('created_at'),
    settledBy: person('settled_by'),
    settledAt: at('settled_at'),
  },
  (t) => [unique('todos_number').on(t.sessionId, t.number)],
);

/** Links and facts that newcomers need. */
export const pins = pgTable(
  'pins',
  {
    id: serial().primaryKey(),
    sessionId: inSession(),
    number: integer().notNull(),
    text: text().notNull(),
    personId: person('person_id').notNull(),
    at: now('at'),
    droppedAt: at('dropped_at'),
  },
  (t) => [unique('pins_number').on(t.sessionId, t.number)],
);

/** A question put to everybody. Open until `closesAt`; `closedAt` says that its outcome is told, or that it was dropped. */
export const votes = pgTable(
  'votes',
  {
    id: serial().primaryKey(),
    sessionId: inSession(),
    number: integer().notNull(),
    question: text().notNull(),
    options: text().array().notNull(),
    personId: person('person_id').notNull(),
    askedAt: now('asked_at'),
    closesAt: at('closes_at').notNull(),
    closedAt: at('closed_at'),
    dropped: boolean().notNull().default(false),
    /** Votes per option, when it was closed. */
    counts: integer().array(),
  },
  (t) => [
    unique('votes_number').on(t.sessionId, t.number),
    index('votes_closing').on(t.closedAt, t.closesAt),
  ],
);

/** What a person said to it; `identities` are the accounts that this speaks for (sessions/votes.ts). */
export const ballots = pgTable(
  'ballots',
  {
    id: serial().primaryKey(),
    voteId: integer('vote_id')
      .notNull()
      .references(() => votes.id),
    personId: person('person_id').notNull(),
    identities: text().array().notNull(),
    option: integer().notNull(),
    at: now('at'),
  },
  (t) => [index('ballots_vote').on(t.voteId)],
);
