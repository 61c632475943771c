/** Answers that are written down and not said yet, by whom they answer. */
export interface Unsaid {
  put(person: string, message: number): void;
  /** It is said, or never will be. */
  settled(message: number): void;
  /**
   * Resolves when few answers to this person wait to be said, or after some time: who asks faster than the service lets us
   * answer is heard at the service's pace, so that others' answers find room between.
   */
  room(person: string): Promise<void>;
}

export interface UnsaidOptions {
  /** Answers of one person that may wait at a time. */
  readonly most: number;
  /** Milliseconds; a service may be away, and commands are acted on all the same. */
  readonly patience: number;
}

export function createUnsaid({ most, patience }: UnsaidOptions): Unsaid {
  const waiting = new Map<string, Set<number>>();
  const persons = new Map<number, string>();
  const bells = new Map<string, () => void>();

  function forget(person: string): void {
    for (const message of waiting.get(person) ?? []) persons.delete(message);
    waiting.delete(person);
  }

  return {
    put(person, message) {
      persons.set(message, person);
      const messages = waiting.get(person) ?? new Set();
      waiting.set(person, messages.add(message));
    },
    settled(message) {
      const person = persons.get(message);
      if (person === undefined) return;
      persons.delete(message);
      const messages = waiting.get(person);
      messages?.delete(message);
      if (messages?.size === 0) waiting.delete(person);
      if ((messages?.size ?? 0) < most) bells.get(person)?.();
    },
    async room(person) {
      if ((waiting.get(person)?.size ?? 0) < most) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          forget(person);
          resolve();
        }, patience).unref();
        bells.set(person, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      bells.delete(person);
    },
  };
}
