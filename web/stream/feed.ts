import type { Viewer } from './viewer.ts';

/** Something that only grows, in the order of its ids. */
export interface FeedSource<Item extends { readonly id: number }> {
  /** The id of the last item there is; 0 for none. */
  newest(): Promise<number>;
  /** Up to `limit` items after that id, in order. */
  read(after: number, limit: number): Promise<readonly Item[]>;
  /** Items as messages that carry the last one's id. */
  encode(items: readonly Item[]): string;
}

export interface Feed {
  /** Number of viewers that follow, those that still catch up not counted. */
  readonly size: number;
  /** Sends a viewer everything after that id, then lets it follow. */
  join(viewer: Viewer, after: number): Promise<void>;
  /** There may be something new: look within the flush time, once for all viewers however often this is called. */
  ring(): void;
  /** Looks now; resolves when everything that is there has been sent. */
  flush(): Promise<void>;
  close(): void;
}

/** Items that are read and sent in one piece. */
const PAGE = 500;

/**
 * Reads a source once for all its viewers and writes the same buffer to each: a write per viewer and flush, not per
 * viewer and line. A viewer first catches up alone, at its own speed, and joins when it has reached the others, so that
 * nothing is missed or doubled.
 */
export function createFeed<Item extends { readonly id: number }>(
  source: FeedSource<Item>,
  options: { readonly flushMs: number; readonly onError: (error: unknown) => void },
): Feed {
  /** Viewer → the last id it has; never behind `reached`. */
  const members = new Map<Viewer, number>();
  /** What all members have; null while there are none. */
  let reached: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  function follow(viewer: Viewer, cursor: number): void {
    members.set(viewer, cursor);
    reached ??= cursor;
    viewer.onClose(() => {
      members.delete(viewer);
      if (members.size === 0) reached = null;
    });
  }

  async function look(): Promise<void> {
    while (reached !== null) {
      const before: number = reached;
      const items = await source.read(before, PAGE);
      const last = items.at(-1);
      // Nothing new; or all viewers left meanwhile, and others may have come with another position.
      if (!last || reached !== before) return;
      reached = last.id;
      const shared = Buffer.from(source.encode(items));
      for (const [viewer, cursor] of [...members]) {
        if (cursor >= last.id) continue;
        members.set(viewer, last.id);
        viewer.send(cursor === before ? shared : source.encode(items.filter((item) => item.id > cursor)));
      }
      if (items.length < PAGE) return;
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    looking = looking.then(look).catch(options.onError);
    return looking;
  }

  function ring(): void {
    timer ??= setTimeout(flush, options.flushMs);
  }

  return {
    get size() {
      return members.size;
    },
    async join(viewer, after) {
      const newest = await source.newest();
      // A position beyond the end comes from another database; it would wait for ever.
      let cursor = Math.min(after, newest);
      while (viewer.open) {
        const items = await source.read(cursor, PAGE);
        if (!viewer.open) return;
        if (items.length > 0) viewer.send(source.encode(items));
        cursor = items.at(-1)?.id ?? cursor;
        if (items.length < PAGE && (reached === null || cursor >= reached)) {
          follow(viewer, cursor);
          ring();
          return;
        }
        await viewer.drained();
      }
    },
    ring,
    flush,
    close() {
      clearTimeout(timer);
    },
  };
}
