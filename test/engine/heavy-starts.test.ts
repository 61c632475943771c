import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { CHANNELS } from '../../db/events.ts';
import { type Listener, openListener } from '../../db/listen.ts';
import { type Hold, tasksOf } from '../../db/runs.ts';
import { createHeavyStarts } from '../../engine/heavy-starts.ts';
import { databaseForTests } from '../support/database.ts';
import { until } from '../support/until.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();
let listener: Listener;
beforeAll(async () => {
  listener = await openListener(database.connection, [CHANNELS.slots]);
});
afterAll(() => listener?.close());

/** A run of one heavy task that takes so many slots, and what begins it on a pool of two. */
async function heavyRun(name: string, slots: number, mayBeWaiting = false) {
  const environment = await seedEnvironment(database, name);
  const run = await environment.run();
  await database.pool.query('update run_steps set slots = $1 where run_id = $2', [slots, run.id]);
  const [task] = await tasksOf(database.db, run.id);
  if (!task) throw new Error('the run has no task');
  const open = (hold: Hold, waitedBefore: boolean) =>
    createHeavyStarts({
      ...{ database, hold, environmentId: environment.id, pool: 'lab', capacity: 2 },
      ...{ mayBeWaiting: waitedBefore, retry() {} },
    });
  return { run, task, heavy: open(run.hold, mayBeWaiting), another: () => open(run.hold, true) };
}

it('a run that wants its slots no more keeps nobody waiting for them, whoever drives it by then', async () => {
  const [busy, large, small] = [
    await heavyRun('busy', 1),
    await heavyRun('large', 2),
    await heavyRun('small', 1),
  ];
  busy.heavy.want(busy.task);
  expect(await busy.heavy.begin()).toEqual([busy.task]);
  // It needs the whole pool, and has been waiting for longer than the small one.
  large.heavy.want(large.task);
  expect(await large.heavy.begin()).toEqual([]);
  small.heavy.want(small.task);
  expect(await small.heavy.begin()).toEqual([]);

  let told = 0;
  const stop = listener.on(CHANNELS.slots, () => {
    told += 1;
  });
  large.heavy.clear();
  expect(await large.heavy.begin()).toEqual([]);
  await until(() => told > 0, { what: 'those who wait to be told' });
  stop();
  expect(await small.heavy.begin()).toEqual([small.task]);

  // The same where the process ended that had noted it.
  const late = await heavyRun('late', 2);
  late.heavy.want(late.task);
  expect(await late.heavy.begin()).toEqual([]);
  expect(await late.another().begin()).toEqual([]);
  const { rows } = await database.pool.query('select run_id from slot_waits');
  expect(rows).toEqual([]);
  for (const { heavy } of [busy, large, small, late]) heavy.close();
});

it('who came first for slots is told by the database, not by the clocks of workers', async () => {
  // What other tests have begun.
  await database.pool.query(`update tasks set state = 'done'`);
  const [busy, small, large] = [
    await heavyRun('busy-by', 1),
    await heavyRun('small-by', 1),
    await heavyRun('large-by', 2),
  ];
  onTestFinished(async () => {
    vi.useRealTimers();
    for (const { heavy } of [busy, large, small]) heavy.close();
    await database.pool.query('delete from slot_waits');
  });
  busy.heavy.want(busy.task);
  expect(await busy.heavy.begin()).toEqual([busy.task]);
  large.heavy.want(large.task);
  expect(await large.heavy.begin()).toEqual([]);
  // Its worker's clock is an hour late.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  small.heavy.want(small.task);
  expect(await small.heavy.begin()).toEqual([]);
});
