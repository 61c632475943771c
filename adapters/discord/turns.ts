/** Runs what has the same key one after the other, in the order of asking. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();

  return {
    take<T>(key: string, act: () => Promise<T>): Promise<T> {
      const turn = (last.get(key) ?? Promise.resolve()).then(act, act);
      last.set(key, turn);
      const done = () => {
        if (last.get(key) === turn) last.delete(key);
      };
      turn.then(done, done);
      return turn;
    },
    /** Resolves when everything asked for so far is over, whatever its end. */
    async over(): Promise<void> {
      await Promise.allSettled(last.values());
    },
  };
}
