import { expect, it } from 'vitest';
import { environmentById } from '../../db/environments.ts';
import { type Run, runById, tasksOf } from '../../db/runs.ts';
import { whatIsLeft } from '../../engine/what-is-left.ts';
import { databaseForTests } from '../support/database.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();

it('of a run that an earlier version began, what is left is told as a run of today would be', async () => {
  const { db, pool } = database;
  const seeded = await seedEnvironment(database, 'demo');
  const { id } = await seeded.run({ steps: { wipe: 'disk wiped', greet: 'Greet' } });
  // Steps were for one role then.
  const kept = {
    steps: [{ id: 'greet', on: 'node' }],
    teardown: [{ id: 'wipe', on: 'node', destructive: true }],
  };
  await pool.query('update runs set blueprint = $1 where id = $2', [kept, id]);
  const run = (await runById(db, id)) as Run;
  const left = await whatIsLeft(db, await environmentById(db, seeded.id), run, await tasksOf(db, id));
  expect(left.blueprint.steps).toMatchObject([{ id: 'greet', on: ['node'] }]);
  expect(left.blueprint.teardown).toMatchObject([{ id: 'wipe', on: ['node'] }]);
  expect(left.tasks.map(({ step, destructive }) => [step, destructive])).toEqual([
    ['wipe', true],
    ['greet', undefined],
  ]);
});
