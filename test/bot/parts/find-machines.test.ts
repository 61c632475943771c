import { expect, it } from 'vitest';
import { preparePool } from '../../../bot/parts/pools.ts';
import { nodesOf } from '../../../db/environments.ts';
import type { Provider } from '../../../engine/provider.ts';
import { databaseForTests } from '../../support/database.ts';
import { seedEnvironment } from '../../web/support/seed.ts';

const database = databaseForTests();

it('a pool that has become ready misses machines that it had, not those that a waiting run is yet to make', async () => {
  const environment = await seedEnvironment(database, 'demo', { nodeNames: ['node-1', 'node-2'] });
  await database.pool.query(
    `update nodes set pool = 'lab', state = case name when 'node-1' then 'new' else 'up' end`,
  );
  const provider: Partial<Provider> = {
    ...{ pool: 'lab', capacity: 2, summary: 'made here' },
    prepare: async () => {},
    find: async () => null,
  };
  const said: string[] = [];
  await preparePool(provider as Provider, database, (line) => said.push(line));
  expect(said).toEqual([
    'pool lab: 2 machines, made here',
    expect.stringMatching(/^demo\/node-2: its machine \S+ is gone; provision or destroy demo$/),
  ]);
  const states = (await nodesOf(database.db, environment.id)).map(({ name, state }) => [name, state]);
  expect(states).toEqual([
    ['node-1', 'new'],
    ['node-2', 'broke'],
  ]);
});
