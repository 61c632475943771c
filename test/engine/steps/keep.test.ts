import { expect, it } from 'vitest';
import { environmentById } from '../../../db/environments.ts';
import { type Run, runById } from '../../../db/runs.ts';
import { BASELINE, findSnapshot, putSnapshot } from '../../../db/snapshots.ts';
import type { Provider } from '../../../engine/provider.ts';
import { IN_PLACE_OF, keepSnapshot } from '../../../engine/steps/facts.ts';
import type { StepContext } from '../../../engine/steps/step.ts';
import { databaseForTests } from '../../support/database.ts';
import { seedEnvironment } from '../../web/support/seed.ts';

const database = databaseForTests();

it('the layer of a snapshot that was replaced is dropped also by who comes after the worker that replaced it', async () => {
  const { db } = database;
  const seeded = await seedEnvironment(database, 'demo');
  const { id, hold } = await seeded.run({ kind: 'provision' });
  const older = { environmentId: seeded.id, name: BASELINE, layer: 'baseline-1', facts: {}, nodes: [] };
  await putSnapshot(db, hold, older);

  const dropped: string[] = [];
  const keep = async (dropLayer: Provider['dropLayer']) => {
    const provider: Partial<Provider> = { dropLayer };
    const context: Partial<StepContext> = {
      ...{ database, hold, environment: await environmentById(db, seeded.id) },
      ...{ run: (await runById(db, id)) as Run, checkHeld: async () => {} },
      provider: () => provider as Provider,
    };
    const action = { kind: 'keep', snapshot: BASELINE, layer: 'baseline-2' } as const;
    return keepSnapshot(context as StepContext, action);
  };
  await expect(keep(() => Promise.reject(new Error('it was killed')))).rejects.toThrow('it was killed');
  expect(await findSnapshot(db, seeded.id, BASELINE)).toMatchObject({ layer: 'baseline-2', runId: id });
  // What the environment was made with: a reset to these disks makes it the environment's again.
  const { params, secrets } = await environmentById(db, seeded.id);
  expect(await findSnapshot(db, seeded.id, BASELINE)).toMatchObject({ params, secrets });

  const done = await keep(async (machine, layer) => void dropped.push(`${machine} ${layer}`));
  expect(done).toMatchObject({ state: 'done', detail: 'facts and disks' });
  expect(dropped).toEqual(['demo-n1 baseline-1']);
  // It is the only baseline yet: the same run has kept it twice.
  expect((await runById(db, id))?.detail).not.toHaveProperty(IN_PLACE_OF);
});

it('a run that keeps a baseline in place of that of another run notes which', async () => {
  const { db } = database;
  const seeded = await seedEnvironment(database, 'again');
  const before = await seeded.run({ kind: 'provision' });
  const kept = { environmentId: seeded.id, name: BASELINE, layer: null, facts: {}, nodes: [] };
  await putSnapshot(db, before.hold, kept);
  await before.end('succeeded', 'in 1 s', 'ready');
  const { id, hold } = await seeded.run({ kind: 'provision' });
  const context: Partial<StepContext> = {
    ...{ database, hold, environment: await environmentById(db, seeded.id) },
    run: (await runById(db, id)) as Run,
  };
  await keepSnapshot(context as StepContext, { kind: 'keep', snapshot: BASELINE, layer: null });
  expect((await runById(db, id))?.detail).toMatchObject({ [IN_PLACE_OF]: String(before.id) });
});
