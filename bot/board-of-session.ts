import type { OutgoingMessage } from '../adapters/message.ts';
import { pendingApprovals } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { environmentsOfSession } from '../db/day.ts';
import { runById, tasksOf } from '../db/runs.ts';
import { openSessions, type Session } from '../db/sessions.ts';
import { type EnvironmentStanding, environmentStandings } from '../db/standing.ts';
import { votesOf } from '../db/votes.ts';
import { decisionOn } from './decision-on.ts';
import type { Services } from './handlers/handler.ts';
import { sessionBoard } from './replies/session-board.ts';

/** The board of a session as things stand now. */
export async function boardNow(
  db: Queryable,
  services: Pick<Services, 'admins' | 'now' | 'links'>,
  session: Session,
): Promise<OutgoingMessage> {
  const now = services.now();
  const { own, others } = await standingsFor(db, session);
  const environments = await Promise.all(
    own.map(async (standing) => {
      const run = standing.runId === null ? null : await runById(db, standing.runId);
      return { ...standing, run: run ? { run, tasks: await tasksOf(db, run.id) } : null };
    }),
  );
  const pending = (await pendingApprovals(db, { sessionId: session.id })).filter(
    ({ state, expiresAt }) => state === 'open' && expiresAt > now,
  );
  const approvals = await Promise.all(
    pending.map(async (approval) => {
      const { agreed } = await decisionOn(db, services, approval, now);
      return { approval, agreed };
    }),
  );
  const votes = (await votesOf(db, session.id)).filter(({ closedAt }) => closedAt === null);
  return sessionBoard({
    name: session.name,
    link: services.links.session(session),
    environments,
    others,
    approvals,
    votes,
  });
}

/**
 * All environments, as long as it is the only session that goes on: nobody else is there to use them. Beside others, those that it
 * has used, holds or waits for, and how many others there are.
 */
async function standingsFor(
  db: Queryable,
  session: Session,
): Promise<{ readonly own: readonly EnvironmentStanding[]; readonly others: number }> {
  const all = await environmentStandings(db);
  if ((await openSessions(db)).every(({ id }) => id === session.id)) return { own: all, others: 0 };
  const used = new Set((await environmentsOfSession(db, session.id, false)).map(({ id }) => id));
  const own = all.filter(({ id }) => used.has(id));
  return { own, others: all.length - own.length };
}
