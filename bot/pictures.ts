import type { Database } from '../db/client.ts';
import { runView } from '../db/watch.ts';
import { board } from '../pictures/board.ts';
import { createGallery, type Gallery } from '../pictures/gallery.ts';
import { gantt } from '../pictures/gantt.ts';

/** The pictures that can be asked for by name: `run/12/gantt`, `run/12/board`. */
export function createPictures(database: Database): Gallery {
  return createGallery(async (name) => {
    const [, id, what] = /^run\/(\d{1,9})\/(gantt|board)$/.exec(name) ?? [];
    if (id === undefined) return null;
    const run = await runView(database.db, Number(id));
    if (!run) return null;
    return what === 'board' ? board(run) : gantt(run, Date.now());
  });
}

export const ganttOf = (runId: number): string => `run/${runId}/gantt`;
export const boardOf = (runId: number): string => `run/${runId}/board`;
