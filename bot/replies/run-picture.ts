import type { PictureBlock } from '../../adapters/message.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import { formatDuration } from '../../engine/duration.ts';
import { boardOf, ganttOf } from '../pictures.ts';
import { count } from './words.ts';

/** Fewer tasks are told by a line. */
const FEWEST_TASKS = 6;
/** What was skipped was never begun. */
const NOT_OVER: ReadonlySet<TaskRow['state']> = new Set(['waiting', 'running', 'skipped']);

/** When each step ran, of a run that is over and had some; what took longest in words. */
export function ganttBlock(run: Run, tasks: readonly TaskRow[]): PictureBlock[] {
  if (tasks.length < FEWEST_TASKS || run.startedAt === null) return [];
  const longest = longestStep(tasks);
  const most = longest === null ? '' : `; the longest: ${longest.title}, ${formatDuration(longest.ms)}`;
  const begun = new Set(tasks.filter(({ startedAt }) => startedAt !== null).map(({ step }) => step));
  if (begun.size === 0) return [];
  return [
    {
      type: 'picture',
      picture: ganttOf(run.id),
      alt: `When each of ${count(begun.size, 'step')} ran${most}`,
    },
  ];
}

/** How far each step is on each node. */
export function boardBlock(run: Run, tasks: readonly TaskRow[]): PictureBlock[] {
  if (tasks.length < FEWEST_TASKS) return [];
  const over = tasks.filter(({ state }) => !NOT_OVER.has(state)).length;
  const alt = `How far each step is on each node: ${over} of ${count(tasks.length, 'task')} over`;
  return [{ type: 'picture', picture: boardOf(run.id), alt }];
}

function longestStep(tasks: readonly TaskRow[]): { title: string; ms: number } | null {
  const spans = new Map<string, { title: string; from: number; to: number }>();
  for (const { step, title, startedAt, endedAt } of tasks) {
    if (startedAt === null || endedAt === null) continue;
    const known = spans.get(step);
    spans.set(step, {
      title,
      from: Math.min(known?.from ?? Number.POSITIVE_INFINITY, startedAt.getTime()),
      to: Math.max(known?.to ?? 0, endedAt.getTime()),
    });
  }
  const [longest] = [...spans.values()].sort((one, other) => other.to - other.from - (one.to - one.from));
  return longest ? { title: longest.title, ms: longest.to - longest.from } : null;
}
