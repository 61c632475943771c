import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `check` gives something truthy, and resolves to it; for states that send no signal. */
export async function until<T>(
  check: () => T | Promise<T>,
  options: { what: string; withinMs?: number; everyMs?: number },
): Promise<NonNullable<T>> {
  const { what, withinMs = 10_000, everyMs = 10 } = options;
  const deadline = Date.now() + withinMs;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(everyMs);
  }
}
