import { expect, it } from 'vitest';
import { environmentById, lockEnvironment } from '../../db/environments.ts';
import { eventsOfRun } from '../../db/events.ts';
import { lockRun, type Run, requestCancel, runById, tasksOf } from '../../db/runs.ts';
import { createInterventions } from '../../engine/interventions.ts';
import { endRun, waitForAnswers } from '../../engine/run-turns.ts';
import { databaseForTests } from '../support/database.ts';
import { until } from '../support/until.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();

const waiting =
  "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

it('who cancels a run just as it ends waits for nobody who waits for him, and is named', async () => {
  const { db, pool } = database;
  const seeded = await seedEnvironment(database, 'demo');
  const { id, hold, tasks, change } = await seeded.run();
  await change(Object.keys(tasks)[0] as string, { state: 'done' });
  const run = (await runById(db, id)) as Run;
  const environment = await environmentById(db, seeded.id);
  const done = await tasksOf(db, id);
  let ending: Promise<void> | undefined;
  // What `cancel` does, and at its slowest.
  await db.transaction(async (tx) => {
    await lockEnvironment(tx, 'demo');
    ending = endRun(database, hold, run, environment, done);
    ending.catch(() => {});
    await until(async () => (await pool.query(waiting)).rows.length > 0, { what: 'the end to have to wait' });
    await requestCancel(tx, (await lockRun(tx, id)) as Run, 'bob');
  });
  await ending;
  expect(await runById(db, id)).toMatchObject({
    state: 'succeeded',
    summary: expect.stringMatching(/; bob asked for its end when there was nothing left to do$/),
  });
});

it.each([
  { what: 'that nobody has taken up yet is over', held: false, state: 'cancelled', task: 'skipped' },
  { what: 'that a worker has just taken up is left to it', held: true, state: 'queued', task: 'waiting' },
])('a run $what when it is cancelled', async ({ held, state, task }) => {
  const { db, pool } = database;
  const name = held ? 'taken' : 'lying';
  const seeded = await seedEnvironment(database, name);
  const { id } = await seeded.run();
  await pool.query("update runs set state = 'queued', started_at = null where id = $1", [id]);
  if (!held) await pool.query('update runs set hold_expires_at = null where id = $1', [id]);
  const line = { channel: 'console:local', command: `cancel ${name}`, cause: null };
  const asked = await createInterventions(database, () => {}).cancel(name, {
    ...line,
    personId: null,
    display: 'bob',
  });
  expect(asked.state).toBe(state);
  expect(await runById(db, id)).toMatchObject({ state, cancelledBy: 'bob' });
  expect((await tasksOf(db, id)).map((each) => each.state)).toEqual([task]);
  const kinds = (await eventsOfRun(db, id)).map(({ kind }) => kind);
  expect(kinds).toEqual(['run.queued', 'run.cancel-requested', ...(held ? [] : ['run.ended'])]);
  if (held) return;
  expect(await runById(db, id)).toMatchObject({
    summary: expect.stringMatching(/^by bob, after .* s; nothing of it runs any more$/),
    holdExpiresAt: null,
  });
  expect(await environmentById(db, seeded.id)).toMatchObject({ state: 'cancelled' });
});

it('a run whose worker has missed that it is to end does not wait for answers first', async () => {
  const { db } = database;
  const seeded = await seedEnvironment(database, 'missed');
  const { id, hold, tasks, change } = await seeded.run();
  await change(Object.keys(tasks)[0] as string, { state: 'unknown' });
  const run = (await runById(db, id)) as Run;
  const environment = await environmentById(db, seeded.id);
  await db.transaction(async (tx) => requestCancel(tx, (await lockRun(tx, id)) as Run, 'bob'));
  expect(await waitForAnswers(database, hold, run, environment)).toBe('cancelled');
  await database.pool.query('update runs set cancelled_by = null where id = $1', [id]);
  expect(await waitForAnswers(database, hold, run, environment)).toBe('waits');
  expect(await runById(db, id)).toMatchObject({ state: 'waiting', holdExpiresAt: null });
});

it('a run that is about to wait for answers waits for nobody who is just answering, and who waits for it', async () => {
  const { db } = database;
  const seeded = await seedEnvironment(database, 'answered');
  const { id, hold, tasks, change } = await seeded.run();
  await change(Object.keys(tasks)[0] as string, { state: 'unknown' });
  const run = (await runById(db, id)) as Run;
  const environment = await environmentById(db, seeded.id);
  // What `resolve` has before it asks for the run, which the worker has then.
  const next = await db.transaction(async (tx) => {
    await lockEnvironment(tx, 'answered');
    const waits = waitForAnswers(database, hold, run, environment);
    waits.catch(() => {});
    const locked = until(async () => (await database.pool.query(waiting)).rows.length > 0, {
      what: 'a lock',
    });
    return Promise.race([waits, locked.then(() => 'has to wait')]);
  });
  expect(next).toBe('waits');
});

it('what somebody has said of a task just before its run ends counts', async () => {
  const { db } = database;
  const seeded = await seedEnvironment(database, 'said');
  const { id, hold, tasks, change } = await seeded.run();
  const [task] = Object.keys(tasks) as [string];
  await change(task, { state: 'unknown' });
  const run = (await runById(db, id)) as Run;
  const unknown = await tasksOf(db, id);
  await db.transaction(async (tx) => requestCancel(tx, (await lockRun(tx, id)) as Run, 'bob'));
  await change(task, { state: 'done' });
  await endRun(database, hold, run, await environmentById(db, seeded.id), unknown);
  expect(await runById(db, id)).toMatchObject({ state: 'succeeded' });
});
