import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnFailure, TaskState } from '../../db/schema.ts';
import { createSchedule, outcome, type ScheduledTask } from '../../engine/schedule.ts';

function task(
  ordinal: number,
  step: string,
  needs: string[],
  state: TaskState = 'waiting',
  onFailure: OnFailure = 'skip',
  more: Partial<Pick<ScheduledTask, 'nodeId' | 'needsHere' | 'after'>> = {},
): ScheduledTask {
  return { ordinal, step, nodeId: ordinal, needs, needsHere: [], after: [], state, onFailure, ...more };
}

describe('schedule', () => {
  it('gives out what needs nothing, once, and only that', () => {
    const schedule = createSchedule([task(0, 'a', []), task(1, 'a', []), task(2, 'b', ['a'])]);
    expect(schedule.takeReady()).toEqual([0, 1]);
    expect(schedule.takeReady()).toEqual([]);
    expect(schedule.takeSkipped()).toEqual([]);
  });

  it('gives out a step only when all tasks of what it needs are done', () => {
    const schedule = createSchedule([
      task(0, 'a', [], 'done'),
      task(1, 'a', [], 'running'),
      task(2, 'b', ['a']),
    ]);
    expect(schedule.takeReady()).toEqual([]);
    schedule.note(1, 'done');
    expect(schedule.takeReady()).toEqual([2]);
  });

  it.each(['failed', 'broke', 'cancelled', 'skipped'] as const)('skips what needs a %s step', (state) => {
    const schedule = createSchedule([
      task(0, 'a', [], state),
      task(1, 'b', ['a']),
      task(2, 'c', ['b']),
      task(3, 'd', []),
    ]);
    expect(schedule.takeReady()).toEqual([3]);
    expect(schedule.takeSkipped()).toEqual([1, 2]);
  });

  it('lets the other nodes of a failed step go on', () => {
    const schedule = createSchedule([task(0, 'a', [], 'running'), task(1, 'a', [])]);
    schedule.note(0, 'failed');
    expect(schedule.takeReady()).toEqual([1]);
  });

  it('holds back what needs an unknown step, until somebody knows', () => {
    const schedule = createSchedule([task(0, 'a', [], 'running'), task(1, 'b', ['a'])]);
    schedule.note(0, 'unknown');
    expect([schedule.takeReady(), schedule.takeSkipped(), schedule.busy, schedule.unknown]).toEqual([
      [],
      [],
      false,
      1,
    ]);
    schedule.note(0, 'done');
    expect([schedule.takeReady(), schedule.unknown]).toEqual([[1], 0]);
  });

  it('lets each node go on when its own task of what it needs there is done', () => {
    const on = (nodeId: number, needsHere: string[] = []) => ({ nodeId, needsHere });
    const schedule = createSchedule([
      task(0, 'a', [], 'running', 'skip', on(1)),
      task(1, 'a', [], 'running', 'skip', on(2)),
      task(2, 'b', [], 'waiting', 'skip', on(1, ['a'])),
      task(3, 'b', [], 'waiting', 'skip', on(2, ['a'])),
      task(4, 'b', [], 'waiting', 'skip', on(3, ['a'])),
      task(5, 'c', ['b'], 'waiting', 'skip', on(1)),
    ]);
    // Node 3 has no task of step a: nothing holds it up.
    expect(schedule.takeReady()).toEqual([4]);
    schedule.note(1, 'done');
    expect(schedule.takeReady()).toEqual([3]);
    schedule.note(0, 'failed');
    expect([schedule.takeReady(), schedule.takeSkipped()]).toEqual([[], [2, 5]]);
  });

  it('comes after what has ended, whatever became of it', () => {
    const schedule = createSchedule([
      task(0, 'a', [], 'running'),
      task(1, 'b', ['a']),
      task(2, 'c', [], 'waiting', 'skip', { after: ['b'] }),
    ]);
    schedule.note(0, 'failed');
    expect([schedule.takeReady(), schedule.takeSkipped()]).toEqual([[], [1]]);
    schedule.note(1, 'skipped');
    expect([schedule.takeReady(), schedule.takeSkipped()]).toEqual([[2], []]);
  });

  it('gives a task out again that is to be tried again', () => {
    const schedule = createSchedule([task(0, 'a', [])]);
    schedule.takeReady();
    schedule.note(0, 'running');
    schedule.note(0, 'waiting');
    expect(schedule.takeReady()).toEqual([0]);
  });

  it('takes a failure as done where the step says continue', () => {
    const schedule = createSchedule([task(0, 'a', [], 'running', 'continue'), task(1, 'b', ['a'])]);
    schedule.note(0, 'failed');
    expect(schedule.takeReady()).toEqual([1]);
  });

  it('starts nothing more after the failure of a step that says stop', () => {
    const schedule = createSchedule([task(0, 'a', [], 'running', 'stop'), task(1, 'b', [])]);
    schedule.note(0, 'failed');
    expect([schedule.takeReady(), schedule.takeSkipped()]).toEqual([[], [1]]);
    const resumed = createSchedule([task(0, 'a', [], 'failed', 'stop'), task(1, 'b', [])]);
    expect([resumed.takeReady(), resumed.takeSkipped()]).toEqual([[], [1]]);
  });

  it('starts nothing once the run is to end', () => {
    const schedule = createSchedule([task(0, 'a', [], 'running'), task(1, 'b', [])]);
    schedule.stop();
    expect([schedule.takeReady(), schedule.takeSkipped(), schedule.busy]).toEqual([[], [1], true]);
  });

  /** A random DAG: each step needs some of the steps before it. */
  const plans = fc
    .array(
      fc.tuple(
        fc.array(fc.nat(20), { maxLength: 3 }),
        fc.array(fc.nat(20), { maxLength: 2 }),
        fc.array(fc.nat(20), { maxLength: 2 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom<OnFailure>('skip', 'skip', 'stop', 'continue'),
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((steps) => {
      const tasks: ScheduledTask[] = [];
      steps.forEach(([needs, here, after, count, onFailure], i) => {
        const earlier = (list: number[]) => (i === 0 ? [] : [...new Set(list.map((need) => `s${need % i}`))]);
        for (let nodeId = 0; nodeId < count; nodeId += 1) {
          const own = { nodeId, needsHere: earlier(here), after: earlier(after) };
          tasks.push(task(tasks.length, `s${i}`, earlier(needs), 'waiting', onFailure, own));
        }
      });
      return tasks;
    });
  const endings = fc.constantFrom<TaskState>('done', 'done', 'done', 'failed', 'broke', 'waiting', 'unknown');

  it('brings any plan to its end, however it is interrupted: no task before what it needs, none later, none forgotten', () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(endings), fc.infiniteStream(fc.nat()), (plan, ends, picks) => {
        const tasks = plan.map((one) => ({ ...one })) as (ScheduledTask & { state: TaskState })[];
        const ok = ({ state, onFailure }: ScheduledTask) =>
          state === 'done' || (state === 'failed' && onFailure === 'continue');
        const neededBy = ({ needs, needsHere, nodeId }: ScheduledTask) =>
          tasks.filter(
            (other) =>
              needs.includes(other.step) || (other.nodeId === nodeId && needsHere.includes(other.step)),
          );
        const ended: TaskState[] = ['done', 'failed', 'broke', 'skipped', 'cancelled'];
        const mayStart = (one: ScheduledTask) =>
          neededBy(one).every(ok) &&
          tasks.every((other) => !one.after.includes(other.step) || ended.includes(other.state));
        let stopped = false;
        let schedule = createSchedule(tasks);
        const set = (ordinal: number, state: TaskState) => {
          (tasks[ordinal] as { state: TaskState }).state = state;
          schedule.note(ordinal, state);
        };
        for (let round = 0; ; round += 1) {
          expect(round).toBeLessThan(800);
          // A worker that takes the run over knows only the states.
          if ((picks.next().value as number) % 5 === 0) schedule = createSchedule(tasks);
          for (const ordinal of schedule.takeSkipped()) set(ordinal, 'skipped');
          for (const ordinal of schedule.takeReady()) {
            expect(tasks[ordinal]?.state).toBe('waiting');
            expect(mayStart(tasks[ordinal] as ScheduledTask)).toBe(true);
            set(ordinal, 'running');
          }
          stopped ||= tasks.some((one) => one.onFailure === 'stop' && ended.includes(one.state) && !ok(one));
          const left = tasks.filter((one) => one.state === 'waiting');
          if (!stopped) expect(left.filter(mayStart)).toEqual([]);
          const running = tasks.filter((one) => one.state === 'running');
          const unknown = tasks.filter((one) => one.state === 'unknown');
          const pick = picks.next().value as number;
          const next = running[pick % Math.max(1, running.length)];
          if (next) set(next.ordinal, ends.next().value as TaskState);
          else if (unknown[0]) set(unknown[0].ordinal, pick % 2 === 0 ? 'done' : 'waiting');
          else if (!schedule.busy) break;
        }
        expect(tasks.some((one) => one.state === 'waiting' || one.state === 'running')).toBe(false);
      }),
    );
  });
});

describe('outcome', () => {
  const states = (...list: TaskState[]) => list.map((state) => ({ state, onFailure: 'skip' as const }));
  it.each([
    [states('done', 'done'), false, 'succeeded'],
    [states('done', 'failed', 'skipped'), false, 'failed'],
    [states('failed', 'broke'), false, 'broke'],
    [states('failed', 'broke', 'unknown'), false, 'unknown'],
    [states('done', 'cancelled', 'skipped'), true, 'cancelled'],
    [states('done', 'done'), true, 'succeeded'],
    [states('unknown', 'cancelled'), true, 'unknown'],
    [[{ state: 'failed', onFailure: 'continue' }], false, 'succeeded'],
  ] as const)('of %j, cancelled %s: %s', (tasks, cancelled, expected) => {
    expect(outcome(tasks, cancelled)).toBe(expected);
  });
});
