import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'policies', 'blueprints')];
const sshd = await needSshd();
/** A hold lasts 9 s. */
const LONGER_THAN_A_HOLD_MS = 10_000;

describeIf(sshd)('a process that stood still for longer than its hold', () => {
  let world: World;
  let database: pg.Client;
  beforeAll(async () => {
    world = await openWorld({ machines: 1, blueprints });
    database = new pg.Client(world.database.connection);
    await database.connect();
  });
  afterAll(async () => {
    await database?.end();
    await world?.close();
  });

  it('goes on with its run at once where nobody has taken it over', async () => {
    world.type('provision demo from policies case=tries');
    await until(
      async () => (await database.query('select 1 from tasks where not_before is not null')).rowCount,
      { what: 'the pause before the second attempt' },
    );
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGER_THAN_A_HOLD_MS);
    await world.heard(/^demo ready in/);
    const { rows } = await database.query('select hold_generation from runs');
    expect(rows).toEqual([{ hold_generation: 1 }]);
  });
});
