import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atWorkIn } from '../../../bot/parts/at-work.ts';
import { createLabDuty } from '../../../bot/parts/lab-duty.ts';
import { openDatabase } from '../../../db/client.ts';
import type { Provider } from '../../../engine/provider.ts';
import { databaseForTests } from '../../support/database.ts';
import { until } from '../../support/until.ts';

let folder: string;
const database = databaseForTests();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-duty-'));
});
afterAll(async () => {
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

it('a process that has lost the lab keeps others from it until what it is doing with a machine is done', async () => {
  const lab = join(folder, 'at-work');
  let done = () => {};
  const work = new Promise<void>((resolve) => {
    done = resolve;
  });
  const machine = { name: 'n1', address: '10.0.0.1' };
  const provider: Partial<Provider> = { create: () => work.then(() => machine) };
  const { provider: followed, settled } = atWorkIn(provider as Provider);
  const first = createLabDuty({ database }, 'at-work', lab, settled);
  const second = createLabDuty({ database }, 'at-work', lab);
  expect(await first.take()).toMatchObject({ generation: 1 });
  const made = followed.create('n1', { hostname: 'n1' });
  first.letGo();
  expect(await second.take()).toMatchObject({ heldBy: `pid ${process.pid} on this host` });
  // It may go on itself: what is done with one machine it does in turn.
  expect(await first.take()).toMatchObject({ generation: 2 });
  first.letGo();
  done();
  await made;
  const taken = async () => ('generation' in (await second.take()) ? true : null);
  await until(taken, { what: 'the other process to have it' });
  second.release();
});

it('who cannot ask the database for the lab keeps nobody else from it', async () => {
  const lab = join(folder, 'asked');
  const away = openDatabase({ ...database.connection, database: 'nowhere' });
  const first = createLabDuty({ database: away }, 'asked', lab);
  await expect(first.take()).rejects.toThrow();
  await away.close();
  const second = createLabDuty({ database }, 'asked', lab);
  expect(await second.take()).toMatchObject({ generation: 1 });
  second.release();
});

it('another folder is another lab: it has to wait, and keeps nobody from its folder meanwhile', async () => {
  const elsewhere = createLabDuty({ database }, 'lab', join(folder, 'elsewhere'));
  expect(await elsewhere.take()).toMatchObject({ heldBy: `${hostname()}:${join(folder, 'lab')}` });
  const other = createLabDuty({ database }, 'other', join(folder, 'elsewhere'));
  expect(await other.take()).toMatchObject({ name: 'pool:other' });
  other.release();
});
