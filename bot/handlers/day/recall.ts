import { eventsOfSession } from '../../../db/day.ts';
import { readFacts } from '../../../sessions/report/facts.ts';
import { makeReport } from '../../../sessions/report/make.ts';
import { inShort } from '../../../sessions/report/summary.ts';
import { happenings } from '../../../sessions/report/timeline.ts';
import { TIMELINE_LINES } from '../../command/tail-lines.ts';
import { timelineOf } from '../../pictures.ts';
import { timelineView } from '../../replies/day/timeline.ts';
import type { Handler } from '../handler.ts';
import { sessionToShow } from './author.ts';

/** Looking back at a session, while it goes on or when it is over. */

/** Some events say nothing; so many are looked through for each line. */
const EVENTS_PER_LINE = 4;

export const timeline: Handler<'timeline'> = async (services, request) => {
  const session = await sessionToShow(services, request);
  const wanted = request.command.tail ?? TIMELINE_LINES.usual;
  const events = await eventsOfSession(services.database.db, session.id, wanted * EVENTS_PER_LINE);
  const shown = happenings(events).slice(-wanted);
  return timelineView({
    session: session.name,
    shown,
    picture: timelineOf(session),
    link: services.links.session(session),
  });
};

export const report: Handler<'report'> = async (services, request) => {
  const session = await sessionToShow(services, request);
  const made = makeReport(await readFacts(services.database.db, session, new Date()));
  const link = services.links.session(session);
  const forms = ['md', 'html', 'json'].map((form) => `${link}/report.${form}`).join(' · ');
  return { text: [...inShort(made), `Report: ${forms}`].join('\n'), link };
};
