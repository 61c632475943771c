import { expect, it } from 'vitest';
import { type Hold, takeHold } from '../../db/runs.ts';
import { findSnapshot, putSnapshot } from '../../db/snapshots.ts';
import { startDrive } from '../../engine/drive.ts';
import { createInterventions } from '../../engine/interventions.ts';
import type { Action } from '../../engine/plan.ts';
import { type Provider, ProviderError } from '../../engine/provider.ts';
import type { Transport } from '../../engine/transport.ts';
import { databaseForTests } from '../support/database.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();

const LAYER = 'lunch-1';
const NO_SPACE = 'no space left on n2';

/** A run that keeps the disks of two machines of a pool, which has room for those of `room`; then it notes that. */
async function snapshotOf(name: string, room: Set<string>, hinders: { drop?: string } = {}) {
  const seeded = await seedEnvironment(database, name, { nodeNames: ['node-1', 'node-2'] });
  const run = await seeded.run({
    kind: 'snapshot',
    steps: { '@snapshot': 'snapshot disk', '@keep': 'keep' },
  });
  const plan: Record<string, { action: Action; needs: string[] }> = {
    '@snapshot': { action: { kind: 'snapshot', layer: LAYER }, needs: [] },
    '@keep': { action: { kind: 'keep', snapshot: 'lunch', layer: LAYER }, needs: ['@snapshot'] },
  };
  for (const [step, { action, needs }] of Object.entries(plan)) {
    const change = 'update run_steps set action = $1, needs = $2 where run_id = $3 and step = $4';
    await database.pool.query(change, [action, needs, run.id, step]);
  }
  /** By machine, the layers that it has. */
  const disks = new Map<string, Set<string>>();
  const logged: string[] = [];
  const provider: Partial<Provider> = {
    async snapshot(machine, layer, mayTouch) {
      await mayTouch?.();
      // A copy that is cut off leaves something, too.
      disks.set(machine, new Set([layer]));
      if (!room.has(machine)) throw new ProviderError('failed', NO_SPACE);
    },
    async dropLayer(machine, layer, mayTouch) {
      await mayTouch?.();
      if (hinders.drop === machine) throw new ProviderError('failed', `${machine} is stuck`);
      disks.get(machine)?.delete(layer);
    },
  };
  const drive = (hold: Hold) =>
    startDrive(hold, {
      ...{ database, holdSeconds: 9, serves: () => true, asked: performance.now() },
      provider: () => provider as Provider,
      transport: {} as Transport,
      heavySlots: () => 1,
      tidier: { tidy() {}, stop() {} },
      log: (line) => logged.push(line),
    }).finished;
  return {
    ...{ id: seeded.id, hold: run.hold, logged },
    first: () => drive(run.hold),
    async retry() {
      const by = { personId: null, display: 'bob', channel: 'console:local', command: '', cause: null };
      await createInterventions(database, () => {}).retry(name, by);
      await drive((await takeHold(database.db, run.id, 'another', 600)) as Hold);
    },
    left: () =>
      [...disks].flatMap(([machine, layers]) => [...layers].map((layer) => `${machine} ${layer}`)).sort(),
    async ended() {
      const { rows } = await database.pool.query('select state, summary from runs where id = $1', [run.id]);
      return rows[0] as { state: string; summary: string };
    },
  };
}

it('a snapshot that failed on one node leaves no disks on the others, and a retry takes all of them anew', async () => {
  const room = new Set(['half-n1']);
  const snapshot = await snapshotOf('half', room);
  await snapshot.first();
  expect(await snapshot.ended()).toMatchObject({
    state: 'broke',
    summary: expect.stringContaining(NO_SPACE),
  });
  expect(snapshot.left()).toEqual([]);
  expect(await findSnapshot(database.db, snapshot.id, 'lunch')).toBeNull();

  room.add('half-n2');
  await snapshot.retry();
  expect(await snapshot.ended()).toMatchObject({ state: 'succeeded' });
  expect(snapshot.left()).toEqual([`half-n1 ${LAYER}`, `half-n2 ${LAYER}`]);
  expect(await findSnapshot(database.db, snapshot.id, 'lunch')).toMatchObject({ layer: LAYER });
  expect(snapshot.logged).toEqual([]);
});

it('a pool that cannot take them away keeps the run from ending no longer than it takes to say so', async () => {
  const snapshot = await snapshotOf('stuck', new Set(['stuck-n1']), { drop: 'stuck-n1' });
  await snapshot.first();
  expect(await snapshot.ended()).toMatchObject({
    state: 'broke',
    summary: expect.stringContaining(NO_SPACE),
  });
  expect(snapshot.left()).toEqual([`stuck-n1 ${LAYER}`]);
  expect(snapshot.logged).toEqual([
    expect.stringMatching(/the disk of node-1, kept as lunch-1, .*stuck-n1 is stuck/),
  ]);
});

it('disks of a snapshot that is kept stay, whatever broke after that', async () => {
  const room = new Set(['whole-n1', 'whole-n2']);
  const snapshot = await snapshotOf('whole', room, { drop: 'whole-n1' });
  const older = { environmentId: snapshot.id, name: 'lunch', layer: 'lunch-0', facts: {}, nodes: [] };
  await putSnapshot(database.db, snapshot.hold, older);
  await snapshot.first();
  expect(await snapshot.ended()).toMatchObject({
    state: 'broke',
    summary: expect.stringContaining('whole-n1 is stuck'),
  });
  expect(await findSnapshot(database.db, snapshot.id, 'lunch')).toMatchObject({ layer: LAYER });
  expect(snapshot.left()).toEqual([`whole-n1 ${LAYER}`, `whole-n2 ${LAYER}`]);
});
