/** Discord's own time, which a test can move forward. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
}

export function createClock(): Clock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    advance(ms) {
      offset += ms;
    },
  };
}

const DISCORD_EPOCH = 1_420_070_400_000;

/** Ids as Discord makes them: the time in their upper bits, never the same twice. */
export function createIds(clock: Clock): () => string {
  let count = 0n;
  return () => String((BigInt(clock.now() - DISCORD_EPOCH) << 22n) | (count++ & 0x3fffffn));
}
