/** Runs the jobs of one key one after another, jobs of different keys side by side. */
export function createTurns(): <T>(key: string, job: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, job) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(job, job);
    last.set(key, turn);
    const forget = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  };
}
