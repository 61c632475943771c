import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { TaskState } from '../../db/schema.ts';
import { formatDuration } from '../../engine/duration.ts';
import { isFromLayer } from '../../engine/layers.ts';
import type { Links } from '../links.ts';
import { moodOf } from './mood.ts';
import { whileItGoesOn } from './next-buttons.ts';
import { DOING } from './started.ts';
import { short } from './words.ts';

/** A state is told by a sign and a word, never by colour alone. */
const SIGNS: Readonly<Record<TaskState, string>> = {
  waiting: '·',
  running: '▶',
  done: '✓',
  skipped: '–',
  failed: '✗',
  broke: '!',
  cancelled: '■',
  unknown: '?',
};

/** The status board of a run that goes on: one message, edited in place where the service can. */
export function runBoard(
  environment: string,
  run: Run,
  tasks: readonly TaskRow[],
  links: Links,
  now = new Date(),
): OutgoingMessage {
  const since = formatDuration(now.getTime() - (run.startedAt ?? run.createdAt).getTime());
  return {
    kind: 'board',
    mood: 'busy',
    text: `${environment}: ${DOING[run.kind]}, ${progress(tasks)} (${since}) ${links.run(run.id)}`,
    blocks: [{ type: 'table', columns: ['step', 'nodes', 'state'], rows: stepRows(tasks) }],
    ...whileItGoesOn(environment),
    link: links.run(run.id),
  };
}

/** What stays of the board when the run has ended; how it ended is told by a post of its own. */
export function endedBoard(
  environment: string,
  run: Run,
  tasks: readonly TaskRow[],
  links: Links,
): OutgoingMessage {
  const mood = moodOf(run.state);
  const ended = run.endedAt ?? new Date();
  const took = formatDuration(ended.getTime() - (run.startedAt ?? run.createdAt).getTime());
  return {
    kind: 'board',
    ...(mood === undefined ? {} : { mood }),
    text: `${environment}: ${DOING[run.kind]} is over after ${took}, ${progress(tasks)}; how it ended is told apart. ${links.run(run.id)}`,
    blocks: [{ type: 'table', columns: ['step', 'nodes', 'state'], rows: stepRows(tasks) }],
    link: links.run(run.id),
  };
}

const LONGEST_WAIT = 80;

/** `4 of 9 done, now: install packages`; of what waits for something, what that is. */
export function progress(tasks: readonly TaskRow[]): string {
  const done = tasks.filter(
    ({ state }) => state !== 'waiting' && state !== 'running' && state !== 'skipped',
  ).length;
  const going = new Map<string, string | null>();
  for (const { state, title, detail } of tasks) {
    if (state === 'running') going.set(title, going.get(title) ?? detail);
  }
  const running = [...going].map(([title, waits]) =>
    waits ? `${title} (${short(waits, LONGEST_WAIT)})` : title,
  );
  const now =
    running.length > 0 ? `, now: ${running.slice(0, 3).join(', ')}${running.length > 3 ? ' …' : ''}` : '';
  return `${done} of ${tasks.length} done${now}`;
}

function stepRows(tasks: readonly TaskRow[]): string[][] {
  const steps = new Map<string, TaskRow[]>();
  for (const task of tasks) steps.set(task.step, [...(steps.get(task.step) ?? []), task]);
  return [...steps.values()].map((group) => {
    const states = new Map<TaskState, number>();
    for (const task of group) states.set(task.state, (states.get(task.state) ?? 0) + 1);
    const told = [...states].map(
      ([state, number]) => `${SIGNS[state]} ${group.length > 1 ? `${number} ` : ''}${state}`,
    );
    const spared = group.filter(({ detail }) => detail !== null && isFromLayer(detail)).length;
    const whence = spared > 0 ? ` (${group.length > 1 ? `${spared} ` : ''}from a layer)` : '';
    return [group[0]?.title ?? '', String(group.length), told.join(', ') + whence];
  });
}
