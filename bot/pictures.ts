import type { Database } from '../db/client.ts';
import { sessionAt } from '../db/day.ts';
import { runView } from '../db/watch.ts';
import { board } from '../pictures/board.ts';
import { createGallery, type Gallery } from '../pictures/gallery.ts';
import { gantt } from '../pictures/gantt.ts';
import type { Picture } from '../pictures/svg.ts';
import { timeline } from '../pictures/timeline.ts';
import { readFacts } from '../sessions/report/facts.ts';
import { entriesOf, makeReport } from '../sessions/report/make.ts';

/**
 * The pictures that can be asked for by name: `run/12/gantt`, `run/12/board`, and `session/NAME/timeline`, where NAME is as in the
 * session's address: `essex-day`, open or the last one, or `essex-day.3`, that one.
 */
export function createPictures(database: Database): Gallery {
  return createGallery(async (name) => {
    const [, run, what] = /^run\/(\d{1,9})\/(gantt|board)$/.exec(name) ?? [];
    if (run !== undefined) return ofRun(database, Number(run), what === 'board');
    const [, session] = /^session\/(.{1,200})\/timeline$/.exec(name) ?? [];
    return session === undefined ? null : ofSession(database, session);
  });
}

async function ofRun({ db }: Database, id: number, asBoard: boolean): Promise<Picture | null> {
  const run = await runView(db, id);
  if (!run) return null;
  return asBoard ? board(run) : gantt(run, Date.now());
}

async function ofSession({ db }: Database, address: string): Promise<Picture | null> {
  const session = await sessionAt(db, address);
  if (!session) return null;
  const now = new Date();
  const facts = await readFacts(db, session, now);
  return timeline({ title: session.name, entries: entriesOf(facts, makeReport(facts)) }, now.getTime());
}

export const ganttOf = (runId: number): string => `run/${runId}/gantt`;
export const boardOf = (runId: number): string => `run/${runId}/board`;

export function timelineOf({
  id,
  name,
  endedAt,
}: {
  id: number;
  name: string;
  endedAt: Date | null;
}): string {
  return `session/${name}${endedAt === null ? '' : `.${id}`}/timeline`;
}
