/** A run that wants slots of a pool's load governor for its next heavy task. */
export interface SlotAsk {
  readonly runId: number;
  /** Slots that the task takes while it runs. */
  readonly slots: number;
  /** Since when the run has been waiting. */
  readonly since: Date;
}

export interface PoolLoad {
  /** Slots that the pool has. */
  readonly capacity: number;
  /** Slots in use, by run. */
  readonly used: ReadonlyMap<number, number>;
  /** Other runs that wait. */
  readonly waiting: readonly SlotAsk[];
}

/**
 * Whether the run may have its slots now: pure; the caller counts and writes in one critical section. Whoever has least
 * goes first, of equals who waits longest; those ahead get theirs first, so that neither a run with many heavy steps nor a
 * stream of small ones starves another. A task that wants more than the pool has takes the whole pool.
 */
export function mayTake(ask: SlotAsk, load: PoolLoad): boolean {
  const { capacity, used, waiting } = load;
  const want = ({ slots }: SlotAsk) => Math.min(slots, capacity);
  const has = ({ runId }: SlotAsk) => used.get(runId) ?? 0;
  const isAhead = (other: SlotAsk) =>
    has(other) - has(ask) || other.since.getTime() - ask.since.getTime() || other.runId - ask.runId;
  const promised = waiting
    .filter((other) => other.runId !== ask.runId && isAhead(other) < 0)
    .reduce((sum, other) => sum + want(other), 0);
  const taken = [...used.values()].reduce((sum, slots) => sum + slots, 0);
  return taken + promised + want(ask) <= capacity;
}
