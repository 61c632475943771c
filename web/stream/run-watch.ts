import type { Database } from '../../db/client.ts';
import { lastPosition, linesAfter } from '../../engine/output/read-lines.ts';
import type { Run, Task } from '../answers.ts';
import { lineAnswer, readRun } from '../shown.ts';
import { createFeed } from './feed.ts';
import { message, type Viewer } from './viewer.ts';

/** What all viewers of one run share. */
export interface RunWatch {
  /** Sends the run as it is, its lines after that id, and from then on what changes. */
  join(viewer: Viewer, after: number): Promise<void>;
  ringOutput(): void;
  ringState(): void;
  close(): void;
}

/** Ended for good. A run that is `unknown` waits for people and may go on. */
const ENDED = new Set(['succeeded', 'failed', 'broke', 'cancelled']);

export function watchRun(
  database: Database,
  runId: number,
  options: {
    readonly publicUrl: string;
    readonly flushMs: number;
    readonly onError: (error: unknown) => void;
  },
): RunWatch {
  const { db } = database;
  const feed = createFeed(
    {
      newest: () => lastPosition(db, runId),
      read: async (after, limit) => (await linesAfter(db, runId, after, limit)).map(lineAnswer),
      encode: (lines) => message('output', lines, lines.at(-1)?.id),
    },
    options,
  );
  /** Viewers that know the run as in `shown`. */
  const informed = new Set<Viewer>();
  /** Those of them that have caught up with the output. */
  const following = new Set<Viewer>();
  let shown: Run | null = null;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const run = await readRun(db, runId, options.publicUrl);
    if (!run) return;
    const news = shown ? changes(shown, run) : '';
    shown = run;
    if (news) for (const viewer of informed) viewer.send(news);
    if (ENDED.has(run.state)) await finish();
  }

  /** The run has ended: whatever lines are still to come are there now. */
  async function finish(): Promise<void> {
    await feed.flush();
    for (const viewer of following) {
      viewer.send(message('end', {}));
      viewer.close();
    }
  }

  function refresh(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    looking = looking.then(look).catch(options.onError);
    return looking;
  }

  return {
    async join(viewer, after) {
      await refresh();
      if (!shown) throw new Error(`run ${runId} could not be read`);
      viewer.send(message('run', shown));
      informed.add(viewer);
      viewer.onClose(() => {
        informed.delete(viewer);
        following.delete(viewer);
      });
      await feed.join(viewer, after);
      following.add(viewer);
      if (ENDED.has(shown.state)) await finish();
    },
    ringOutput: feed.ring,
    ringState() {
      timer ??= setTimeout(refresh, options.flushMs);
    },
    close() {
      clearTimeout(timer);
      feed.close();
    },
  };
}

/** The messages that bring somebody who knows `before` to `now`. */
function changes(before: Run, now: Run): string {
  const known = new Map(before.tasks.map((task) => [task.id, JSON.stringify(task)]));
  const tasks: Task[] = now.tasks.filter((task) => known.get(task.id) !== JSON.stringify(task));
  const { tasks: _, ...head } = now;
  const { tasks: __, ...oldHead } = before;
  return (
    (tasks.length > 0 ? message('tasks', tasks) : '') +
    (JSON.stringify(head) !== JSON.stringify(oldHead) ? message('head', head) : '')
  );
}
