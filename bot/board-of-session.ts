import type { OutgoingMessage } from '../adapters/message.ts';
import { pendingApprovals } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { runById, tasksOf } from '../db/runs.ts';
import type { Session } from '../db/sessions.ts';
import { environmentStandings } from '../db/standing.ts';
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
  const environments = await Promise.all(
    (await environmentStandings(db)).map(async (standing) => {
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
    approvals,
    votes,
  });
}
