import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskState } from '../../db/schema.ts';
import { outcome, type ScheduledTask, schedule } from '../../engine/schedule.ts';

function task(ordinal: number, step: string, needs: string[], state: TaskState = 'waiting'): ScheduledTask {
  return { ordinal, step, needs, state };
}

describe('schedule', () => {
  it('starts what needs nothing, and only that', () => {
    const tasks = [task(0, 'a', []), task(1, 'a', []), task(2, 'b', ['a'])];
    expect(schedule(tasks, false)).toEqual({ ready: [0, 1], skip: [], ended: false });
  });

  it('starts a step only when all tasks of what it needs are done', () => {
    const tasks = [task(0, 'a', [], 'done'), task(1, 'a', [], 'running'), task(2, 'b', ['a'])];
    expect(schedule(tasks, false).ready).toEqual([]);
    expect(
      schedule([tasks[0], { ...tasks[1], state: 'done' }, tasks[2]] as ScheduledTask[], false).ready,
    ).toEqual([2]);
  });

  it.each(['failed', 'broke', 'unknown', 'cancelled', 'skipped'] as const)(
    'skips what needs a %s step',
    (state) => {
      const tasks = [task(0, 'a', [], state), task(1, 'b', ['a']), task(2, 'c', [])];
      expect(schedule(tasks, false)).toEqual({ ready: [2], skip: [1], ended: false });
    },
  );

  it('starts nothing once the run is to end', () => {
    const tasks = [task(0, 'a', [], 'running'), task(1, 'b', [])];
    expect(schedule(tasks, true)).toEqual({ ready: [], skip: [1], ended: false });
  });

  /** A random DAG: each step needs some of the steps before it. */
  const plans = fc
    .array(fc.tuple(fc.array(fc.nat(20), { maxLength: 3 }), fc.integer({ min: 1, max: 3 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((steps) => {
      const tasks: ScheduledTask[] = [];
      steps.forEach(([needs, count], i) => {
        const before = i === 0 ? [] : [...new Set(needs.map((need) => `s${need % i}`))];
        for (let node = 0; node < count; node += 1) tasks.push(task(tasks.length, `s${i}`, before));
      });
      return tasks;
    });
  const endings = fc.constantFrom<TaskState>('done', 'done', 'done', 'failed', 'broke');

  it('brings any plan to its end, every task exactly once, never before what it needs', () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(endings), fc.infiniteStream(fc.nat()), (plan, ends, picks) => {
        const tasks = plan.map((one) => ({ ...one }));
        const started = new Set<number>();
        for (let round = 0; ; round += 1) {
          expect(round).toBeLessThan(500);
          const next = schedule(tasks, false);
          for (const ordinal of next.skip) (tasks[ordinal] as { state: TaskState }).state = 'skipped';
          for (const ordinal of next.ready) {
            expect(started.has(ordinal)).toBe(false);
            started.add(ordinal);
            const { needs } = tasks[ordinal] as ScheduledTask;
            expect(
              tasks.filter((other) => needs.includes(other.step)).every((other) => other.state === 'done'),
            ).toBe(true);
            (tasks[ordinal] as { state: TaskState }).state = 'running';
          }
          const running = tasks.filter((one) => one.state === 'running');
          if (next.ended) break;
          const ending = running[(picks.next().value as number) % Math.max(1, running.length)];
          if (ending) (ending as { state: TaskState }).state = ends.next().value as TaskState;
        }
        expect(tasks.some((one) => one.state === 'waiting' || one.state === 'running')).toBe(false);
      }),
    );
  });
});

describe('outcome', () => {
  const states = (...list: TaskState[]) => list.map((state) => ({ state }));
  it.each([
    [states('done', 'done'), false, 'succeeded'],
    [states('done', 'failed', 'skipped'), false, 'failed'],
    [states('failed', 'broke'), false, 'broke'],
    [states('failed', 'broke', 'unknown'), false, 'unknown'],
    [states('done', 'cancelled', 'skipped'), true, 'cancelled'],
    [states('done', 'done'), true, 'succeeded'],
    [states('unknown', 'cancelled'), true, 'unknown'],
  ] as const)('of %j, cancelled %s: %s', (tasks, cancelled, expected) => {
    expect(outcome(tasks, cancelled)).toBe(expected);
  });
});
