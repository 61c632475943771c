import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLabDuty } from '../../../bot/parts/lab-duty.ts';
import { type Database, openDatabase } from '../../../db/client.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let folder: string;
let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-duty-'));
  test = await createTestDatabase();
  database = openDatabase(test.connection);
});
afterAll(async () => {
  await database?.close();
  await test?.drop();
  await rm(folder, { recursive: true, force: true });
});

it('of one folder one process drives the lab, and the next one as soon as that is gone', async () => {
  const lab = join(folder, 'lab');
  const [first, second] = [createLabDuty({ database }, 'lab', lab), createLabDuty({ database }, 'lab', lab)];
  expect(await first.take()).toMatchObject({ name: 'pool:lab', generation: 1 });
  expect(await second.take()).toMatchObject({ heldBy: `pid ${process.pid} on this host` });
  first.release();
  expect(await second.take()).toMatchObject({ generation: 2 });
  second.release();
});

it('another folder is another lab: it has to wait, and keeps nobody from its folder meanwhile', async () => {
  const elsewhere = createLabDuty({ database }, 'lab', join(folder, 'elsewhere'));
  expect(await elsewhere.take()).toMatchObject({ heldBy: `${hostname()}:${join(folder, 'lab')}` });
  const other = createLabDuty({ database }, 'other', join(folder, 'elsewhere'));
  expect(await other.take()).toMatchObject({ name: 'pool:other' });
  other.release();
});
