/** The day's clock: it goes on by itself as fast as any, and jumps when the day is to go on. Times are ms since 1970. */
export interface DayClock {
  now(): number;
  /** At least so much later than now, and not before that time. */
  jump(ms: number, least?: number): number;
  /** When it said what: real times and the day's, oldest first. */
  readonly jumps: readonly { readonly real: number; readonly day: number }[];
}

export function startClock(from: number): DayClock {
  let set = { real: Date.now(), day: from };
  const jumps = [set];
  const now = () => set.day + (Date.now() - set.real);
  return {
    now,
    jump(ms, least = 0) {
      set = { real: Date.now(), day: Math.max(now() + ms, least) };
      jumps.push(set);
      return set.day;
    },
    jumps,
  };
}
