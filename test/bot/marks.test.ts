import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'blueprints')];
const sshd = await needSshd();

describeIf(sshd)('the mark of a node', () => {
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

  it('is on record whenever something was begun there, also on a node that was there already', async () => {
    const marks = async () => (await database.query('select mark from nodes')).rows;
    await world.ask('provision demo from trial', /^demo ready in/);
    const first = await marks();
    expect(first).toEqual([{ mark: expect.stringMatching(/./) }]);
    // Its machine is found, or made anew: nobody knows its mark before it says it.
    await world.ask('provision demo', /^demo ready in/);
    expect(await marks()).toEqual(first);
  });
});
