import { expect, it } from 'vitest';
import { insertEnvironment, insertNodes } from '../../db/environments.ts';
import { insertRun, runById, takeHold } from '../../db/runs.ts';
import { createEngine } from '../../engine/engine.ts';
import { createStranded } from '../../engine/stranded.ts';
import { databaseForTests } from '../support/database.ts';

const database = databaseForTests();

const line = { requester: 'alice', channel: 'irc:lab/#day' };
const by = { personId: null, display: 'alice', channel: line.channel, cause: null };

async function environmentOn(pool: string, name: string) {
  const about = { blueprint: 'x', state: 'ready', params: {}, secrets: {} } as const;
  const { id } = await insertEnvironment(database.db, { ...about, pool, name });
  const node = { pool, machine: `${name}-1`, environmentId: id, name: 'node', role: 'node', index: 1 };
  await insertNodes(database.db, [node]);
  const nothing = { params: {}, prelude: [], steps: [], checks: [], teardown: [] };
  const blueprint = { ...nothing, name: 'x', facts: { files: [], settings: [], scripts: [] } };
  const provision = { ...line, environmentId: id, kind: 'provision', command: `provision ${name}` } as const;
  const over = { state: 'succeeded', endedAt: new Date() } as const;
  await database.db.transaction((tx) => insertRun(tx, { ...provision, blueprint, detail: {}, ...over }, []));
}

/** Two environments on pools of their own, and a `diff` of them. */
async function compareAcross(here: string, there: string) {
  await environmentOn(here, `of-${here}`);
  await environmentOn(there, `of-${there}`);
  const providers = new Map([here, there].map((pool) => [pool, { pool }])) as never;
  const engine = createEngine({ database, catalogue: {} as never, providers });
  return engine.diff(`of-${here}`, `of-${there}`, { ...by, command: `diff of-${here} of-${there}` });
}

const lookAs = (pools: string[], { waitMs = 0, soon = false } = {}) =>
  createStranded({
    ...{ database, waitMs, name: 'worker', holdSeconds: 9, willServe: () => soon },
    log: (text) => expect.fail(text),
  }).look(pools);

it('a comparison with nodes of a pool that no worker has beside the own one is ended, and says why', async () => {
  const run = await compareAcross('east', 'west');
  const stateNow = async () => (await runById(database.db, run.id))?.state;
  // Somebody may come who has both, or this worker has the other one soon; it is nobody's to end who has not its own pool.
  await lookAs(['east'], { waitMs: 60_000 });
  await lookAs(['east'], { soon: true });
  await lookAs(['west']);
  await lookAs(['east', 'west']);
  expect(await stateNow()).toBe('queued');

  await lookAs(['east']);
  expect(await runById(database.db, run.id)).toMatchObject({
    state: 'broke',
    summary: expect.stringMatching(/: no worker serves the pools east and west together, so nobody can /),
  });
  const { rows } = await database.pool.query(
    'select step, state from tasks where run_id = $1 order by ordinal',
    [run.id],
  );
  expect(rows.map(({ state }) => state)).toEqual(['broke', 'skipped', 'skipped']);
  const events = await database.pool.query(
    `select data from events where run_id = $1 and kind = 'run.ended'`,
    [run.id],
  );
  expect(events.rows).toMatchObject([{ data: { state: 'broke', kind: 'diff', environment: 'of-east' } }]);
});

it('a comparison that a worker drives is left to it', async () => {
  const run = await compareAcross('north', 'south');
  await takeHold(database.db, run.id, 'another', 600);
  await lookAs(['north']);
  expect((await runById(database.db, run.id))?.endedAt).toBe(null);
});

it('what needs a pool that is not in the configuration any more is refused, and waits for nobody', async () => {
  await environmentOn('left', 'of-left');
  await environmentOn('gone', 'of-gone');
  const providers = new Map([['left', { pool: 'left' }]]) as never;
  const engine = createEngine({ database, catalogue: {} as never, providers });
  const asked = { ...by, command: 'of of-gone' };
  const refused = {
    message: expect.stringMatching(/^of-gone stands on pool gone, which is not configured any more/),
  };
  await expect(engine.diff('of-left', 'of-gone', asked)).rejects.toMatchObject(refused);
  await expect(engine.exec('of-gone', null, 'true', asked)).rejects.toMatchObject(refused);
  await expect(engine.inspect('of-gone', null, null, asked)).rejects.toMatchObject(refused);
  await expect(engine.destroy('of-gone', asked)).rejects.toMatchObject(refused);

  // A run that was going on there when the pool was taken out, or that failed there.
  await database.pool.query(
    "update runs set state = 'running', ended_at = null where command = 'provision of-gone'",
  );
  await expect(engine.cancel('of-gone', asked)).rejects.toMatchObject(refused);
  await database.pool.query(
    "update runs set state = 'failed', ended_at = now() where command = 'provision of-gone'",
  );
  await expect(engine.retry('of-gone', asked)).rejects.toMatchObject(refused);

  // One that nobody had begun needs no pool to be ended.
  await database.pool.query(
    "update runs set state = 'queued', ended_at = null where command = 'provision of-gone'",
  );
  await expect(engine.cancel('of-gone', asked)).resolves.toMatchObject({ state: 'cancelled' });
});
