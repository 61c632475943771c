/** Measures the processor time of groups of processes, those that have ended included. */
export interface CpuMeter {
  /** What to tell beside its figures when they are not exact; null: they are. */
  readonly note: string | null;
  /** Makes a group; it is empty. */
  group(name: string, part: GroupPart): Promise<CpuGroup>;
  /** Ends what is left in the groups, and removes them. */
  remove(): Promise<void>;
}

/**
 * The contender itself, or what works for it beside it. Where only the whole machine can be measured, all counts as the
 * contender's.
 */
export type GroupPart = 'client' | 'beside';

export interface CpuGroup {
  /** The command, started in the group; whatever it starts is in the group, too. */
  wrap(command: readonly string[]): string[];
  /** Takes in processes that run already; what they used before counts where they were. */
  adopt(pids: readonly number[]): Promise<void>;
  /** User and system time since the group was made, in seconds. Only differences mean something. */
  seconds(): Promise<number>;
  /** The processes that are in it now. */
  pids(): Promise<number[]>;
}
