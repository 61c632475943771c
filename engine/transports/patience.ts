/** So many tasks that are waited for at once do not make each other wait: even a small machine has them over in time. */
const FEW = 4;
/** Whoever looks on sees output that late at worst, however many nodes there are. */
const LONGEST_MS = 5_000;

/**
 * How long a task may run before its output is asked for as it comes. To be asked costs a node as much as a short task does,
 * and nodes may be many on one machine: the more of them work at once, the longer each is given to be over by then.
 */
export interface Patience {
  /** A task is begun. `ms`: how long it is given; `over`: it has answered, or is asked now. */
  begin(): { readonly ms: number; over(): void };
}

/** `ms`: for a few tasks at a time. */
export function createPatience(ms: number): Patience {
  let waitedFor = 0;
  return {
    begin() {
      waitedFor++;
      let isWaitedFor = true;
      return {
        ms: Math.max(ms, Math.min(LONGEST_MS, (ms * waitedFor) / FEW)),
        over() {
          if (isWaitedFor) waitedFor--;
          isWaitedFor = false;
        },
      };
    },
  };
}
