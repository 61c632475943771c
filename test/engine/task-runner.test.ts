import { expect, it } from 'vitest';
import type { TaskRow } from '../../db/runs.ts';
import type { TaskProgress } from '../../db/tasks.ts';
import type { StepResult } from '../../engine/steps/step.ts';
import { createTaskRunner } from '../../engine/task-runner.ts';

const waiting: TaskRow = {
  id: 1,
  runId: 1,
  ordinal: 0,
  step: 'install',
  title: 'install',
  nodeId: 1,
  action: { kind: 'script', script: 'true', timeoutMs: 1_000 },
  state: 'waiting',
  attempt: 0,
  attemptsBefore: 0,
  exitCode: null,
  detail: null,
  outputOffset: 0,
  startedAt: null,
  endedAt: null,
  notBefore: null,
  needs: [],
  needsHere: [],
  after: [],
  slots: 0,
  onFailure: 'skip',
};

it('a task that is being begun when the run is cancelled is not passed over as well', async () => {
  const written: TaskProgress[] = [];
  const [begun, commit] = [createSignal(), createSignal()];
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks: [{ ...waiting }],
    journal: {
      async write({ task }) {
        written.push(task);
        begun.give();
        await commit.given;
      },
    },
    heavy: () => ({ want() {}, begin: async () => [], clear() {}, close() {}, waiting: false }),
    execute: async () => ({ result: { state: 'cancelled' }, on: null }),
    checkHeld: async () => {},
    answers: async () => [],
  });
  const over = runner.run();
  await begun.given;
  runner.stop();
  // Turns in which it could be passed over.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  commit.give();
  await over;
  expect(written.map(({ state, attempt }) => [state, attempt])).toEqual([
    ['running', 1],
    ['cancelled', 1],
  ]);
});

it('a heavy copy that an earlier process had begun goes on with its slots and its attempt, and has its retries left', async () => {
  const written: [state: string, attempt: number, freed: string | null | undefined][] = [];
  const wanted: string[] = [];
  const copy = { kind: 'copy', path: '/tmp/x', mode: 0o644, bytes: 0, sha256: '', timeoutMs: 1_000 };
  const action = { ...copy, retries: 1, backoffMs: 0 };
  const task: TaskRow = { ...waiting, action, state: 'running', attempt: 1, slots: 1 };
  const results: StepResult[] = [{ state: 'failed' }, { state: 'done' }];
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks: [task],
    journal: {
      async write({ task: { state, attempt }, freed }) {
        written.push([state, attempt, freed]);
      },
    },
    heavy: () => {
      const asked: TaskRow[] = [];
      return {
        want(one) {
          wanted.push(...written.map(([state]) => state));
          asked.push(one);
        },
        async begin() {
          return asked.splice(0).map((one) => Object.assign(one, { state: 'running', attempt: 2 }));
        },
        clear() {},
        close() {},
        get waiting() {
          return asked.length > 0;
        },
      };
    },
    execute: async () => ({ result: results.shift() ?? { state: 'broke' }, on: null }),
    checkHeld: async () => {},
    answers: async () => [],
  });
  await runner.run();
  expect(written).toEqual([
    ['waiting', 1, 'rack'],
    ['done', 2, 'rack'],
  ]);
  expect(wanted).toEqual(['waiting']);
});

it('a task that failed by a clock which was put back since is tried again after the pause that its step says', async () => {
  const action = { kind: 'script', script: 'true', timeoutMs: 1_000, retries: 1, backoffMs: 20 };
  const task: TaskRow = { ...waiting, action, attempt: 1, notBefore: new Date(Date.now() + 3_600_000) };
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks: [task],
    journal: { write: async () => {} },
    heavy: () => ({ want() {}, begin: async () => [], clear() {}, close() {}, waiting: false }),
    execute: async () => ({ result: { state: 'done' }, on: null }),
    checkHeld: async () => {},
    answers: async () => [],
  });
  await runner.run();
  expect(task).toMatchObject({ state: 'done', attempt: 2 });
});

it('a look that an earlier process had begun goes on in its time, what the pool had begun begins anew', async () => {
  const begunAt = new Date(Date.now() - 60_000);
  const check = { kind: 'check', script: 'true', timeoutMs: 1_000, retryForMs: 120_000 };
  const kinds = [check, { kind: 'facts' }, { kind: 'snapshot', layer: 'x' }];
  const tasks = kinds.map(
    (action, ordinal): TaskRow => ({
      ...waiting,
      id: ordinal + 1,
      ordinal,
      action,
      state: 'running',
      attempt: 1,
      startedAt: begunAt,
    }),
  );
  const executed: [recovered: boolean, attempt: number, inItsTime: boolean][] = [];
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks,
    journal: { write: async () => {} },
    heavy: () => ({ want() {}, begin: async () => [], clear() {}, close() {}, waiting: false }),
    async execute({ ordinal, attempt, startedAt }, recovered) {
      executed[ordinal] = [recovered, attempt, startedAt?.getTime() === begunAt.getTime()];
      return { result: { state: 'done' }, on: null };
    },
    checkHeld: async () => {},
    answers: async () => [],
  });
  await runner.run();
  expect(executed).toEqual([
    [true, 1, true],
    [true, 1, true],
    [false, 2, false],
  ]);
  expect(tasks.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});

it.each(['check', 'facts'])(
  'a %s that an earlier process had begun is not passed over in a run that is to end',
  async (kind) => {
    const task: TaskRow = { ...waiting, action: { kind }, state: 'running', attempt: 1 };
    const recovering: boolean[] = [];
    const runner = createTaskRunner({
      ...{ pool: 'rack', capacity: 2 },
      tasks: [task],
      journal: { write: async () => {} },
      heavy: () => ({ want() {}, begin: async () => [], clear() {}, close() {}, waiting: false }),
      async execute(_, recovered) {
        recovering.push(recovered);
        return { result: { state: 'cancelled' }, on: null };
      },
      checkHeld: async () => {},
      answers: async () => [],
    });
    runner.stop();
    await runner.run();
    expect(recovering).toEqual([true]);
    expect(task.state).toBe('cancelled');
  },
);

it.each([
  ['goes on with', 2, ['done', 'done', 'done', 'done', 'done']],
  ['ends', 5, ['cancelled', 'cancelled', 'cancelled', 'cancelled', 'cancelled']],
])('of heavy tasks that broke and are retried it %s %i at a time', async (what, most, ended) => {
  const action = { kind: 'script', script: 'true', timeoutMs: 1_000, retries: 0, backoffMs: 0 };
  const tasks = [0, 1, 2, 3, 4].map(
    (ordinal): TaskRow => ({
      ...waiting,
      ...{ id: ordinal + 1, ordinal, nodeId: ordinal + 1, action, slots: 1 },
      ...{ state: 'running' as const, attempt: 1, attemptsBefore: 1 },
    }),
  );
  let atWork = 0;
  let mostAtWork = 0;
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks,
    journal: { write: async () => {} },
    heavy: () => ({ want() {}, begin: async () => [], clear() {}, close() {}, waiting: false }),
    async execute() {
      atWork += 1;
      mostAtWork = Math.max(mostAtWork, atWork);
      await new Promise(setImmediate);
      atWork -= 1;
      return { result: { state: what === 'ends' ? 'cancelled' : 'done' }, on: null };
    },
    checkHeld: async () => {},
    answers: async () => [],
  });
  if (what === 'ends') runner.stop();
  await runner.run();
  expect(mostAtWork).toBe(most);
  expect(tasks.map(({ state }) => state)).toEqual(ended);
});

it('a step that broke, and of which a retry finds out that it failed, is not done once more by that', async () => {
  const action = { kind: 'script', script: 'false', timeoutMs: 1_000, retries: 0, backoffMs: 20 };
  const task: TaskRow = { ...waiting, action, state: 'running', attempt: 1, attemptsBefore: 1 };
  const executed: number[] = [];
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks: [task],
    journal: { write: async () => {} },
    heavy: () => ({ want() {}, begin: async () => [], clear() {}, close() {}, waiting: false }),
    async execute({ attempt }) {
      executed.push(attempt);
      return { result: { state: 'failed', exitCode: 1 }, on: null };
    },
    checkHeld: async () => {},
    answers: async () => [],
  });
  await runner.run();
  expect(executed).toEqual([1]);
  expect(task.state).toBe('failed');
});

it('what waits for slots when a step fails whose failure stops the run does not begin when there are some', async () => {
  const written: string[] = [];
  const action = { kind: 'script', script: 'false', timeoutMs: 1_000, retries: 0, backoffMs: 0 };
  const tasks = [0, 1, 2].map(
    (ordinal): TaskRow => ({
      ...waiting,
      ...{ id: ordinal + 1, ordinal, nodeId: ordinal + 1, action, slots: 1 },
      onFailure: 'stop',
    }),
  );
  const wanted: TaskRow[] = [];
  let free = 1;
  const runner = createTaskRunner({
    ...{ pool: 'rack', capacity: 2 },
    tasks,
    journal: {
      async write({ task: { id, state }, freed }) {
        written.push(`${id} ${state}`);
        if (freed) free += 1;
      },
    },
    heavy: () => ({
      want: (task) => void wanted.push(task),
      async begin() {
        const begun = wanted.splice(0, free);
        free -= begun.length;
        for (const task of begun) Object.assign(task, { state: 'running', attempt: task.attempt + 1 });
        return begun;
      },
      clear: () => void wanted.splice(0),
      close() {},
      get waiting() {
        return wanted.length > 0;
      },
    }),
    execute: async () => ({ result: { state: 'failed', exitCode: 1 }, on: null }),
    checkHeld: async () => {},
    answers: async () => [],
  });
  await runner.run();
  expect(written).toEqual(['1 failed', '2 skipped', '3 skipped']);
  expect(tasks.map(({ state }) => state)).toEqual(['failed', 'skipped', 'skipped']);
});

function createSignal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
