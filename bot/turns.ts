import { createFairGate } from '../engine/fair-gate.ts';

/** Whose turn it is: each person's messages one after the other, all persons in turn. */
export interface Turns {
  /**
   * Does the work when its turn has come and resolves with `done`; `flooded` at once when too much of this person waits
   * already: `first` is true for the first refusal since there was room. `place`: where
   * it was said, if not all that the person says is in one.
   */
  take(
    person: string,
    work: () => Promise<void>,
    place?: string,
  ): Promise<'done' | { readonly flooded: true; readonly first: boolean }>;
}

export interface TurnsOptions {
  /** Messages that are worked on at a time, of different persons. */
  readonly atOnce: number;
  /** Messages of one person that may wait. */
  readonly mostWaiting: number;
  /** Resolves when a person may go on in this place; others do meanwhile. */
  readonly room?: (place: string) => Promise<void>;
}

interface Queue {
  last: Promise<void>;
  waiting: number;
  flooded: boolean;
}

export function createTurns({ atOnce, mostWaiting, room }: TurnsOptions): Turns {
  const gate = createFairGate<string>(atOnce);
  const queues = new Map<string, Queue>();

  return {
    async take(person, work, place = person) {
      const queue = queues.get(person) ?? { last: Promise.resolve(), waiting: 0, flooded: false };
      queues.set(person, queue);
      if (queue.waiting >= mostWaiting) {
        const first = !queue.flooded;
        queue.flooded = true;
        return { flooded: true, first };
      }
      queue.waiting += 1;
      const done = queue.last.then(() => room?.(place)).then(() => gate.pass(person, work));
      queue.last = done
        .catch(() => {})
        .then(() => {
          queue.waiting -= 1;
          if (queue.waiting === 0) queues.delete(person);
        });
      await done;
      return 'done';
    },
  };
}
