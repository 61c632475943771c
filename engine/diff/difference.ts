/** One thing that is not the same in two environments. */
export interface Difference {
  /** Role and index: `controller`, `compute-2`. */
  readonly node: string;
  /** A topic of the facts; `node` when the whole node is on one side only. */
  readonly topic: string;
  readonly key: string;
  /** As gathered, but for secrets, and of a file that one side has with its first settings; null when it is not there. */
  readonly left: string | null;
  readonly right: string | null;
  /** How telling it is: the more, the higher. */
  readonly weight: number;
}
