import { expect, it } from 'vitest';
import {
  environmentById,
  insertEnvironment,
  insertNodes,
  nodesOf,
  secretsInUse,
  secretsOf,
  updateEnvironment,
} from '../../db/environments.ts';
import { type Hold, HoldLost, insertRun, type Run, runById, takeHold, tasksOf } from '../../db/runs.ts';
import { putSnapshot, type Snapshot } from '../../db/snapshots.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Provider } from '../../engine/provider.ts';
import { resetWay, type Side } from '../../engine/reset-way.ts';
import { resetMachine } from '../../engine/steps/machines.ts';
import type { StepContext, StepResult } from '../../engine/steps/step.ts';
import { databaseForTests } from '../support/database.ts';

const database = databaseForTests();

const line = { requester: 'alice', channel: 'irc:lab/#day', command: '' } as const;
const by = { personId: null, display: 'alice', channel: line.channel, command: 'reset', cause: null };
const check = (id: string, size: string) => ({
  ...{ id, title: id, on: 'node', run: 'true', timeoutMs: 1000, retryForMs: 0 },
  when: { size: [size] },
});
const blueprint = (version: string) => ({
  ...{ name: 'safe', version, prelude: [], steps: [], teardown: [], reset: 'snapshot' },
  params: { size: { summary: '', secret: false } },
  facts: { files: [], settings: [], scripts: [] },
  checks: [check(`small-${version}`, 'mini'), check(`large-${version}`, 'full')],
});
const then = { params: { size: 'mini' }, secrets: { password: 'first-of-all' } };
const since = { params: { size: 'full' }, secrets: { password: 'second-to-none' } };

/** An environment that was provisioned, kept as `s1`, and provisioned again with other parameters from a later blueprint. */
async function environment(name: string, kept: Partial<typeof then> = then) {
  const { db } = database;
  const can = { snapshot: true, reset: true, layers: false, packages: true };
  const engine = createEngine({
    ...{ database, catalogue: {} as never },
    providers: new Map([['lab', { pool: 'lab', can }]]) as never,
  });
  const { id } = await insertEnvironment(db, {
    name,
    blueprint: 'safe',
    pool: 'lab',
    state: 'ready',
    ...then,
  });
  await insertNodes(db, [
    { environmentId: id, pool: 'lab', machine: name, name: 'node', role: 'node', index: 1 },
  ]);
  const end = (run: Run) =>
    database.pool.query(
      `update runs set state = 'succeeded', started_at = now(), ended_at = now() where id = $1`,
      [run.id],
    );
  const provision = (version: string) =>
    db.transaction((tx) =>
      insertRun(tx, { ...line, environmentId: id, kind: 'provision', blueprint: blueprint(version) }, []),
    );
  const first = await provision('1');
  const hold = (await takeHold(db, first.id, 'test', 600)) as Hold;
  const nodes = [{ name: 'node', role: 'node', address: '10.0.0.1' }];
  await putSnapshot(db, hold, { environmentId: id, name: 's1', layer: 's1-1', facts: {}, nodes, ...kept });
  await end(first);
  await updateEnvironment(db, id, since);
  await end(await provision('2'));

  return {
    engine,
    now: () => environmentById(db, id),
    end,
    stepsOf: async (run: Run) => (await tasksOf(db, run.id)).map(({ step }) => step),
    /** Does the reset of its machine, as the worker that drives the run. */
    async resets(run: Run, before: (hold: Hold) => Promise<void> = async () => {}): Promise<StepResult> {
      const held = (await takeHold(db, run.id, 'test', 600)) as Hold;
      const cancel = new AbortController();
      const provider: Partial<Provider> = {
        async reset(machine, _layer, mayTouch) {
          await before(held);
          if ((await runById(db, run.id))?.cancelledBy) cancel.abort();
          await mayTouch?.();
          return { name: machine, address: '10.0.0.9' };
        },
      };
      const context = {
        ...{ database, hold: held, run, cancel: cancel.signal, checkHeld: async () => {} },
        on: { node: (await nodesOf(db, id))[0], provider, link: { drop() {} } },
        output: { note() {}, async end() {} },
      } as unknown as StepContext;
      return resetMachine(context, { kind: 'reset', layer: 's1-1' });
    },
  };
}

it('a reset to disks makes the parameters and the blueprint that they were kept under those of the environment', async () => {
  const { engine, now, end, stepsOf, resets } = await environment('back');
  const reset = await engine.reset('back', 's1', by);
  expect(await stepsOf(reset)).toEqual(['@reset', 'small-1']);
  expect(await now()).toMatchObject(since);
  expect(await resets(reset)).toMatchObject({ state: 'done' });
  expect(await now()).toMatchObject(then);
  await end(reset);
  expect(await stepsOf(await engine.verify('back', by))).toEqual(['small-1']);
});

it('as long as no machine was touched, the environment is as it was', async () => {
  const { engine, now, stepsOf, resets } = await environment('untouched');
  const begun = await engine.reset('untouched', 's1', by);
  await database.pool.query(`update runs set cancelled_by = 'bob' where id = $1`, [begun.id]);
  expect(await resets(begun)).toMatchObject({ state: 'cancelled' });
  expect(await now()).toMatchObject(since);
  await database.pool.query(`update runs set state = 'cancelled', ended_at = now() where id = $1`, [
    begun.id,
  ]);
  expect(await stepsOf(await engine.verify('untouched', by))).toEqual(['large-2']);
});

it('who has lost the run changes no parameters', async () => {
  const { engine, now, resets } = await environment('lost');
  const reset = await engine.reset('lost', 's1', by);
  const lapse = async ({ runId }: Hold) => {
    await database.pool.query(`update runs set hold_expires_at = now() - interval '1 s' where id = $1`, [
      runId,
    ]);
    await takeHold(database.db, runId, 'another', 600);
  };
  await expect(resets(reset, lapse)).rejects.toThrow(HoldLost);
  expect(await now()).toMatchObject(since);
});

it('a snapshot that an earlier version took has no parameters: the environment keeps its own', async () => {
  const { engine, now, stepsOf, resets } = await environment('older', {});
  const reset = await engine.reset('older', 's1', by);
  expect(await stepsOf(reset)).toEqual(['@reset', 'large-1']);
  expect(await resets(reset)).toMatchObject({ state: 'done' });
  expect(await now()).toMatchObject(since);
});

it('what was secret when it was kept is secret still', async () => {
  const { now } = await environment('masked', { ...then, secrets: { password: 'known-to-few' } });
  const { id } = await now();
  const both = ['second-to-none', 'known-to-few'];
  expect(await secretsOf(database.db, await now())).toEqual(both);
  expect(await secretsInUse(database.db)).toEqual(expect.arrayContaining(both));
  await updateEnvironment(database.db, id, { destroyedAt: new Date() });
  expect(await secretsInUse(database.db)).not.toContain('known-to-few');
});

it.each([
  { can: false, reset: 'snapshot', why: 'pool lab keeps no disks' },
  { can: true, reset: 'reinstall', why: 'blueprint safe goes back by reinstall, without kept disks' },
  { can: true, reset: 'snapshot', why: 'no disks were kept with it' },
])('a reset to a snapshot without disks says why there are none ($why)', ({ can, reset, why }) => {
  const provider = { can: { reset: can } } as unknown as Provider;
  const side = {
    environment: { name: 'ex', pool: 'lab' },
    blueprint: { ...blueprint('1'), reset },
    nodes: [],
  } as unknown as Side;
  const kept = { name: 'lunch', layer: null, nodes: [] } as unknown as Snapshot;
  expect(() => resetWay(provider, side, kept)).toThrow(
    `ex cannot be reset to lunch: ${why}, so only its facts are known`,
  );
});
