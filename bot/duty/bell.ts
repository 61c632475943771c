import { setTimeout as pause } from 'node:timers/promises';

/** Something to be woken by: what rings between {@link Bell.hush} and {@link Bell.heard} is heard. */
export interface Bell {
  ring(): void;
  hush(): void;
  /** Resolves when it rings, has rung, when so many ms have passed, or at the signal. */
  heard(withinMs: number): Promise<void>;
}

export function createBell(over: AbortSignal): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    hush() {
      rung = new AbortController();
    },
    async heard(withinMs) {
      const signal = AbortSignal.any([over, rung.signal]);
      await pause(withinMs, undefined, { signal }).catch(() => {});
    },
  };
}
