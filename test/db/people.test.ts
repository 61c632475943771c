import { expect, it } from 'vitest';
import { moveIdentities, personOf } from '../../db/people.ts';
import { databaseForTests } from '../support/database.ts';

const database = databaseForTests();

it('somebody whose name the service tells later is called so from then on', async () => {
  const { db } = database;
  const first = await personOf(db, 'slack:T1/U040', 'U040');
  expect(first.name).toBe('U040');
  expect(await personOf(db, 'slack:T1/U040', 'Fip Pocket')).toEqual({ ...first, name: 'Fip Pocket' });
  expect(await personOf(db, 'slack:T1/U040', 'Fip Pocket')).toEqual({ ...first, name: 'Fip Pocket' });
});

it('somebody with several accounts, or another nick for a while, keeps the name', async () => {
  const { db } = database;
  const ann = await personOf(db, 'irc:lab/ann', 'ann');
  const other = await personOf(db, 'discord:7', 'Annie');
  await moveIdentities(db, other.id, ann.id);
  expect((await personOf(db, 'discord:7', 'Annie B.')).name).toBe('ann');
  expect((await personOf(db, 'irc:lab/ann', 'ann-away')).name).toBe('ann');
});
