/**
 * Connections to a node that were lost one right after the other, without an answer on any of them: to connect is no proof that the
 * node can do anything.
 */
export interface LossRow {
  /** A new connection is there. */
  connected(): void;
  /** The node has said something on it. */
  answered(): void;
  /** It was lost. */
  lost(): void;
  /** How many were lost in this row. */
  readonly count: number;
  /** It goes on for longer than the node may stay away. */
  isTooLong(): boolean;
}

/** So long a connection over which nothing had to be said is one that works. */
const STEADY_MS = 5_000;
/** A row is no shorter than that, however impatient somebody is. */
const FEWEST = 5;

/** `patienceMs`: how long the node may stay away. */
export function createLossRow(patienceMs: number, now: () => number = () => performance.now()): LossRow {
  let connectedAt = now();
  let hasAnswered = false;
  /** When the first connection of the row was made. */
  let since = connectedAt;
  let count = 0;

  return {
    connected() {
      connectedAt = now();
      hasAnswered = false;
      if (count === 0) since = connectedAt;
    },
    answered() {
      hasAnswered = true;
      count = 0;
    },
    lost() {
      if (hasAnswered || now() - connectedAt >= STEADY_MS) count = 0;
      else count += 1;
    },
    get count() {
      return count;
    },
    isTooLong: () => count >= FEWEST && now() - since > patienceMs,
  };
}
