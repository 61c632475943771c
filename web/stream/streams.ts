import type { Database } from '../../db/client.ts';
import { eventViewsAfter, lastEventId, runsOfEvents } from '../../db/watch.ts';
import { createFeed } from './feed.ts';
import { type RunWatch, watchRun } from './run-watch.ts';
import { message, type Viewer } from './viewer.ts';

/** A row that is new, as PostgreSQL's NOTIFY tells it: an event's id, or the id of a run that has new output. */
export interface Notice {
  readonly channel: 'events' | 'output';
  readonly id: number;
}

export interface StreamOptions {
  readonly database: Database;
  readonly listenEvents: (onEvent: (notice: Notice) => void) => () => void;
  readonly publicUrl: string;
  readonly onError: (error: unknown) => void;
  /** How long new rows are gathered before they are sent, in ms. */
  readonly flushMs: number;
  /** Between two signs of life on a silent stream, in ms. */
  readonly beatMs: number;
  /** Between two looks at what is watched without having been told: notices can be lost, rows can not. In ms. */
  readonly lookMs: number;
}

export interface Streams {
  readonly viewers: number;
  /** Sends a run and its output after that id. */
  run(viewer: Viewer, runId: number, after: number): Promise<void>;
  /** Sends events after that id. */
  events(viewer: Viewer, after: number): Promise<void>;
  close(): void;
}

/** All open streams of this process. */
export function openStreams(options: StreamOptions): Streams {
  const { database, onError, flushMs } = options;
  const viewers = new Set<Viewer>();
  const watches = new Map<number, { watch: RunWatch; viewers: number }>();
  const newEvents = new Set<number>();
  let timer: NodeJS.Timeout | undefined;

  const events = createFeed(
    {
      newest: () => lastEventId(database.db),
      read: (after, limit) => eventViewsAfter(database.db, after, limit),
      encode: (items) => items.map((item) => message('event', item, item.id)).join(''),
    },
    { flushMs, onError },
  );

  const unlisten = options.listenEvents(({ channel, id }) => {
    if (viewers.size === 0) return;
    if (channel === 'output') {
      watches.get(id)?.watch.ringOutput();
      return;
    }
    events.ring();
    newEvents.add(id);
    timer ??= setTimeout(tellRuns, flushMs);
  });

  function tellRuns(): void {
    timer = undefined;
    const ids = [...newEvents];
    newEvents.clear();
    if (watches.size === 0) return;
    runsOfEvents(database.db, ids)
      .then((runs) => {
        for (const run of runs) watches.get(run)?.watch.ringState();
      })
      .catch(onError);
  }

  const look = setInterval(() => {
    if (events.size > 0) events.ring();
    for (const { watch } of watches.values()) {
      watch.ringState();
      watch.ringOutput();
    }
  }, options.lookMs);
  const beat = setInterval(() => {
    const sign = Buffer.from(message('beat', {}));
    for (const viewer of viewers) viewer.send(sign);
  }, options.beatMs);

  function admit(viewer: Viewer): void {
    viewers.add(viewer);
    viewer.onClose(() => viewers.delete(viewer));
  }

  return {
    get viewers() {
      return viewers.size;
    },
    async run(viewer, runId, after) {
      admit(viewer);
      const entry = watches.get(runId) ?? { watch: watchRun(database, runId, options), viewers: 0 };
      watches.set(runId, entry);
      entry.viewers++;
      viewer.onClose(() => {
        entry.viewers--;
        if (entry.viewers > 0) return;
        entry.watch.close();
        watches.delete(runId);
      });
      await entry.watch.join(viewer, after);
    },
    async events(viewer, after) {
      admit(viewer);
      await events.join(viewer, after);
    },
    close() {
      unlisten();
      clearInterval(look);
      clearInterval(beat);
      clearTimeout(timer);
      events.close();
      for (const viewer of viewers) viewer.close();
    },
  };
}
