import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayTake, type SlotAsk } from '../../engine/governor.ts';

const ask = (runId: number, slots = 1, since = runId): SlotAsk => ({ runId, slots, since: new Date(since) });

describe('the load governor', () => {
  it('gives slots as long as there are some', () => {
    expect(mayTake(ask(1), { capacity: 2, used: new Map([[2, 1]]), waiting: [] })).toBe(true);
    expect(mayTake(ask(1), { capacity: 2, used: new Map([[2, 2]]), waiting: [] })).toBe(false);
  });

  it('gives a task that wants more than there is the whole pool, and only that', () => {
    expect(mayTake(ask(1, 9), { capacity: 2, used: new Map(), waiting: [] })).toBe(true);
    expect(mayTake(ask(1, 9), { capacity: 2, used: new Map([[2, 1]]), waiting: [] })).toBe(false);
  });

  it('lets a run that has nothing go before one that has something', () => {
    const load = { capacity: 2, used: new Map([[1, 1]]), waiting: [ask(1, 1, 0), ask(2, 1, 5)] };
    expect(mayTake(ask(1, 1, 0), load)).toBe(false);
    expect(mayTake(ask(2, 1, 5), load)).toBe(true);
  });

  it('keeps the slots free that somebody ahead is still short of', () => {
    const load = { capacity: 4, used: new Map([[9, 2]]), waiting: [ask(1, 4, 0)] };
    expect(mayTake(ask(1, 4, 0), load)).toBe(false);
    expect(mayTake(ask(2, 1, 5), load)).toBe(false);
  });

  it('never gives out more than there is, and lets every run come to its end', () => {
    const runs = fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        runs,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat()),
        (plan, capacity, picks) => {
          const todo = plan.map((slots) => [...slots]);
          const running: { runId: number; slots: number }[] = [];
          const since = new Map<number, number>();
          for (let now = 0; todo.some((list) => list.length > 0) || running.length > 0; now += 1) {
            expect(now).toBeLessThan(1_000);
            const waiting = () =>
              [...since]
                .map(([runId, at]) => ask(runId, todo[runId]?.[0] ?? 1, at))
                .filter(({ runId }) => todo[runId]?.length);
            const used = new Map<number, number>();
            for (const { runId, slots } of running) used.set(runId, (used.get(runId) ?? 0) + slots);
            let given = 0;
            for (const [runId, list] of todo.entries()) {
              const slots = list[0];
              if (slots === undefined) continue;
              if (!since.has(runId)) since.set(runId, now);
              if (!mayTake(ask(runId, slots, since.get(runId)), { capacity, used, waiting: waiting() }))
                continue;
              const taken = Math.min(slots, capacity);
              list.shift();
              since.delete(runId);
              running.push({ runId, slots: taken });
              used.set(runId, (used.get(runId) ?? 0) + taken);
              given += 1;
            }
            const total = running.reduce((sum, one) => sum + one.slots, 0);
            expect(total).toBeLessThanOrEqual(capacity);
            expect(given + running.length).toBeGreaterThan(0);
            running.splice((picks.next().value as number) % running.length, 1);
          }
        },
      ),
    );
  });
});
