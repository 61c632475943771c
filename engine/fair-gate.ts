/** Lets a limited number of jobs run at a time, taking turns between their keys. */
export interface FairGate<K> {
  /** Runs the job when its turn has come; what it resolves or rejects with is passed on. */
  pass<T>(key: K, job: () => Promise<T>): Promise<T>;
}

/** `limit`: jobs at a time. A key with many jobs waits behind one with few: each key is served in turn. */
export function createFairGate<K>(limit: number): FairGate<K> {
  const queues = new Map<K, (() => void)[]>();
  let free = limit;

  function enter(key: K): Promise<void> {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const queue = queues.get(key);
      if (queue) queue.push(resolve);
      else queues.set(key, [resolve]);
    });
  }

  function leave(): void {
    const [first] = queues;
    if (!first) {
      free += 1;
      return;
    }
    const [key, queue] = first;
    const next = queue.shift();
    // To the end of the round, if there is more of it.
    queues.delete(key);
    if (queue.length > 0) queues.set(key, queue);
    next?.();
  }

  return {
    async pass(key, job) {
      await enter(key);
      try {
        return await job();
      } finally {
        leave();
      }
    },
  };
}
