import { expect, it } from 'vitest';
import { nodesOf, updateNode } from '../../db/environments.ts';
import { insertFacts, recordsOfRun } from '../../db/facts.ts';
import { dropHold, type Hold, HoldLost, renewHold, takeHold } from '../../db/runs.ts';
import { findSnapshot, putSnapshot } from '../../db/snapshots.ts';
import { databaseForTests } from '../support/database.ts';
import { until } from '../support/until.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();

const lapse = "update runs set hold_expires_at = now() - interval '1 s' where id = $1";

/** A run that a worker drives. */
async function heldRun(name: string) {
  const environment = await seedEnvironment(database, name, { nodeNames: ['node-1'] });
  const { id, hold } = await environment.run();
  const node = async () => {
    const [found] = await nodesOf(database.db, environment.id);
    if (!found) throw new Error(`${name} has no node`);
    return found;
  };
  return {
    ...{ environmentId: environment.id, id, hold, node },
    /** What another worker does when the hold has run out. */
    async takeOver(): Promise<Hold> {
      await database.pool.query(lapse, [id]);
      const taken = await takeHold(database.db, id, 'another', 600);
      if (!taken) throw new Error('the hold could not be taken');
      return taken;
    },
  };
}

it('what a worker notes of nodes, facts and snapshots is refused once another one has its run', async () => {
  const { db } = database;
  const run = await heldRun('lost');
  const { id: nodeId } = await run.node();
  const facts = {
    environmentId: run.environmentId,
    node: 'node-1',
    address: null,
    facts: { os: { a: 'b' } },
  };
  const snapshot = { environmentId: run.environmentId, name: 'kept', facts: {}, nodes: [] };
  const writes = (hold: Hold, address: string): (() => Promise<void>)[] => [
    () => updateNode(db, hold, nodeId, { address, mark: address }),
    () => insertFacts(db, hold, { ...facts, address }),
    () => putSnapshot(db, hold, { ...snapshot, layer: address }),
  ];
  for (const write of writes(run.hold, '10.0.0.1')) await write();
  const now = await run.takeOver();
  for (const write of writes(run.hold, '10.0.0.2')) await expect(write()).rejects.toThrow(HoldLost);
  expect(await run.node()).toMatchObject({ address: '10.0.0.1', mark: '10.0.0.1' });
  expect(await recordsOfRun(db, run.id)).toMatchObject([{ address: '10.0.0.1' }]);
  expect(await findSnapshot(db, run.environmentId, 'kept')).toMatchObject({ layer: '10.0.0.1' });
  for (const write of writes(now, '10.0.0.3')) await write();
  expect(await run.node()).toMatchObject({ address: '10.0.0.3' });
  expect(await recordsOfRun(db, run.id)).toMatchObject([{ address: '10.0.0.3', runId: run.id }]);
  expect(await findSnapshot(db, run.environmentId, 'kept')).toMatchObject({ layer: '10.0.0.3' });
});

it('a write that waits while another worker takes the run over is refused, too', async () => {
  const run = await heldRun('overtaken');
  const { id: nodeId, address } = await run.node();
  await database.pool.query(lapse, [run.id]);
  const taker = await database.pool.connect();
  try {
    await taker.query('begin');
    await taker.query('update runs set hold_generation = hold_generation + 1 where id = $1', [run.id]);
    const writing = updateNode(database.db, run.hold, nodeId, { address: '10.0.0.2' });
    writing.catch(() => {});
    const waiting =
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await until(async () => (await database.pool.query(waiting)).rows.length > 0, {
      what: 'it to have to wait',
    });
    await taker.query('commit');
    await expect(writing).rejects.toThrow(HoldLost);
  } finally {
    taker.release();
  }
  expect(await run.node()).toMatchObject({ address });
});

it('a hold that was given back is not renewed: nobody would have it, and nobody could take it', async () => {
  const run = await heldRun('dropped');
  await dropHold(database.db, run.hold);
  expect(await renewHold(database.db, run.hold, 600)).toBeNull();
  expect(await takeHold(database.db, run.id, 'another', 600)).toMatchObject({ runId: run.id });
});
