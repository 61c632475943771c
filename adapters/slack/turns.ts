/** Things that are done one after the other for each key, and side by side for different ones. */
export function inTurn() {
  const last = new Map<string, Promise<unknown>>();

  function take<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = last.get(key) ?? Promise.resolve();
    const turn = before.then(act, act);
    last.set(key, turn);
    const forget = (): void => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  }

  return Object.assign(take, {
    /** Resolves when nothing is under way. */
    async idle(): Promise<void> {
      while (last.size > 0) await Promise.allSettled(last.values());
    },
    isBusy: (key: string): boolean => last.has(key),
  });
}
