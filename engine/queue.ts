/**
 * The doorbell for runs, as a worker hears it. A ring carries a run's id and nothing else; it may be lost or repeated:
 * PostgreSQL is the truth, and the sweep finds every run that nobody drives. Who drives one is decided by its hold, never
 * by the queue.
 */
export interface Queue {
  /**
   * Calls back for every ring for a run of the pool, and perhaps for runs of other pools. What it returns resolves when the
   * ring was answered: the run was taken, or there was nothing to take. Returns the way to stop.
   */
  onRing(pool: string, answer: (runId: number) => Promise<void>): () => void;
  /** Lets go of everything within a second, whatever state its server is in. Nothing is answered any more. */
  close(): Promise<void>;
}
