import { expect, it, onTestFinished } from 'vitest';
import { insertEnvironment, insertNodes } from '../../db/environments.ts';
import { insertRun } from '../../db/runs.ts';
import { snapshots } from '../../db/schema.ts';
import { createEngine } from '../../engine/engine.ts';
import { openTestDatabase } from '../support/database.ts';

it('a reset does not begin where a failed provision has added nodes of which no disk was kept', async () => {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const can = { snapshot: true, reset: true, layers: false, packages: true };
  const providers = new Map([['lab', { pool: 'lab', can }]]) as never;
  const engine = createEngine({ database, catalogue: {} as never, providers });
  const about = { blueprint: 'x', pool: 'lab', state: 'failed', params: {}, secrets: {} } as const;
  const { id } = await insertEnvironment(database.db, { ...about, name: 'ex' });
  const nothing = { params: {}, prelude: [], steps: [], checks: [], teardown: [] };
  const facts = { files: [], settings: [], scripts: [] };
  const blueprint = { ...nothing, name: 'x', facts, reset: 'snapshot' };
  const line = { requester: 'alice', channel: 'irc:lab/#day', command: 'provision ex node=2' };
  const provision = { ...line, environmentId: id, kind: 'provision', blueprint, detail: {} } as const;
  const over = { state: 'failed', endedAt: new Date() } as const;
  const run = await database.db.transaction((tx) => insertRun(tx, { ...provision, ...over }, []));
  const node = (index: number) => {
    const machine = { pool: 'lab', machine: `n${index}` };
    return { ...machine, environmentId: id, name: `node-${index}`, role: 'node', index };
  };
  await insertNodes(database.db, [node(1)]);
  const kept = [{ name: 'node-1', role: 'node', address: '10.0.0.1' }];
  const baseline = { environmentId: id, name: 'baseline', layer: 'baseline-1', runId: run.id, facts: {} };
  await database.db.insert(snapshots).values({ ...baseline, nodes: kept });

  const by = { personId: null, display: 'alice', channel: line.channel, command: 'reset ex', cause: null };
  await insertNodes(database.db, [node(2)]);
  await expect(engine.reset('ex', 'baseline', by)).rejects.toMatchObject({
    message: expect.stringMatching(/^ex cannot go back to baseline: .* of node-2, added since/),
  });
  await database.pool.query(`delete from nodes where name = 'node-2'`);
  expect(await engine.reset('ex', 'baseline', by)).toMatchObject({ kind: 'reset', state: 'queued' });
});
