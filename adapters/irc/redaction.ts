import type { OutgoingMessage } from '../message.ts';
import type { Target } from './names.ts';

/** Progress of so many runs is remembered. */
const MOST_BOARDS = 100;

/**
 * Which lines may be taken back: of a run's progress only the newest line says something, and once its outcome is told none does. A run is known
 * by its link.
 */
export function supersededBoards() {
  const standing = new Map<string, readonly string[]>();
  return {
    /** A message was posted with these ids; returns the ids of the lines that it supersedes. */
    posted(target: Target, message: OutgoingMessage, ids: readonly string[]): readonly string[] {
      const isBoard = message.kind === 'board';
      if (message.link === undefined || !(isBoard || message.kind === 'outcome')) return [];
      const run = `${target} ${message.link}`;
      const superseded = standing.get(run) ?? [];
      standing.delete(run);
      if (isBoard && ids.length > 0) standing.set(run, ids);
      for (const oldest of standing.keys()) {
        if (standing.size <= MOST_BOARDS) break;
        standing.delete(oldest);
      }
      return superseded;
    },
  };
}
