import { topicsOf } from '../../db/agenda.ts';
import type { Queryable } from '../../db/client.ts';
import {
  approvalsOfSession,
  environmentsOfSession,
  eventsOfSession,
  peopleOf,
  runsOfSession,
  type SessionRow,
  turnsOfRuns,
} from '../../db/day.ts';
import { notesOf, pinsOf, todosOf } from '../../db/minutes.ts';
import { everyChannelOf } from '../../db/sessions.ts';
import { votesOf } from '../../db/votes.ts';

/** More happenings than this are not told; the oldest ones are left out. */
const MOST_EVENTS = 20_000;

/** Everything that a report is made of. */
export type SessionFacts = Awaited<ReturnType<typeof readFacts>>;

/** Reads it in one snapshot of the database, so that its parts fit together. `now`: when the report is made. */
export function readFacts(db: Queryable, session: SessionRow, now: Date, mostEvents = MOST_EVENTS) {
  return db.transaction(
    async (tx) => ({
      session,
      now,
      channels: (await everyChannelOf(tx, session.id)).sort(),
      people: await peopleOf(tx, session.id),
      environments: await environmentsOfSession(tx, session.id, false),
      runs: await runsOfSession(tx, session.id),
      turns: await turnsOfRuns(tx, session.id),
      approvals: await approvalsOfSession(tx, session.id),
      topics: await topicsOf(tx, session.id),
      votes: await votesOf(tx, session.id),
      notes: await notesOf(tx, session.id),
      todos: await todosOf(tx, session.id),
      pins: await pinsOf(tx, session.id),
      events: await eventsOfSession(tx, session.id, mostEvents),
    }),
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
