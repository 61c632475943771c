type Progress = (line: string) => void;

/** Work that is done once for all who wait for it, and cut short when nobody does any more. */
export interface Preparation<Result> {
  /**
   * Begins it, if nobody has yet, and waits for it; after a failure the next who asks begins anew. The first one's `progress` gets what
   * takes long. Rejects with the reason of `signal` when that is aborted: at once if others wait for it too, else when it has ended.
   */
  wait(progress: Progress, signal?: AbortSignal): Promise<Result>;
  /** Cuts it short, whoever waits for it; resolves when it has ended. The next `wait` begins anew. */
  end(): Promise<void>;
}

interface Current<Result> {
  readonly ready: Promise<Result>;
  readonly over: AbortController;
  waiting: number;
}

export function createPreparation<Result>(
  prepare: (progress: Progress, signal: AbortSignal) => Promise<Result>,
): Preparation<Result> {
  let current: Current<Result> | null = null;

  function begin(progress: Progress): Current<Result> {
    const over = new AbortController();
    const begun: Current<Result> = { ready: prepare(progress, over.signal), over, waiting: 0 };
    begun.ready.catch(() => forget(begun));
    return begun;
  }

  function forget(ended: Current<Result>): void {
    if (current === ended) current = null;
  }

  function cutShort(one: Current<Result>, reason: unknown): void {
    forget(one);
    one.over.abort(reason);
  }

  return {
    async wait(progress, signal) {
      signal?.throwIfAborted();
      current ??= begin(progress);
      const mine = current;
      mine.waiting += 1;
      if (!signal) return mine.ready;
      const settled = new AbortController();
      const left = new Promise<never>((_, reject) => {
        const leave = () => {
          mine.waiting -= 1;
          if (mine.waiting > 0) reject(signal.reason);
          else cutShort(mine, signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true, signal: settled.signal });
      });
      try {
        const result = await Promise.race([mine.ready, left]);
        signal.throwIfAborted();
        return result;
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        settled.abort();
      }
    },

    async end() {
      const last = current;
      if (!last) return;
      cutShort(last, new Error('the pool was closed'));
      await last.ready.catch(() => {});
    },
  };
}
