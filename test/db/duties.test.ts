import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Duty,
  DutyLost,
  dropDuty,
  forgetOwners,
  keepDuty,
  renewDuty,
  takeDuty,
  takePool,
} from '../../db/duties.ts';
import { insertEnvironment, insertNodes, releaseNodes } from '../../db/environments.ts';
import { databaseForTests } from '../support/database.ts';
import { until } from '../support/until.ts';

const database = databaseForTests();
beforeEach(() => forgetOwners(database.db));

const take = async (owner: string) => takeDuty(database.db, 'chat:irc:lab', owner, 60);
const got = async (taking: Promise<unknown>) => (await taking) as Duty;
const lapse = () => database.pool.query("update duties set expires_at = now() - interval '1 second'");
const keep = (duty: Duty) => database.db.transaction((tx) => keepDuty(tx, duty));

describe('a duty', () => {
  it('is for one owner of many that ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => take(`host/${i}`)));
    const taken = answers.filter((answer) => 'generation' in answer);
    expect(taken).toHaveLength(1);
    const others = answers.filter((answer) => 'heldBy' in answer);
    expect(new Set(others.map(({ heldBy }) => heldBy))).toEqual(
      new Set([`host/${answers.indexOf(taken[0] as Duty)}`]),
    );
    for (const { lapsesInMs } of others) expect(lapsesInMs).toBeGreaterThan(30_000);
  });

  it('goes to another one when it was not renewed; the former one can write nothing under it', async () => {
    const first = await got(take('a/1'));
    await lapse();
    // Nobody wanted it meanwhile: it is still the first one's.
    await keep(first);
    expect(await renewDuty(database.db, first, 60)).toBe(true);
    expect(await take('b/2')).toMatchObject({ heldBy: 'a/1' });
    await lapse();
    const second = await got(take('b/2'));
    expect(second.generation).toBeGreaterThan(first.generation);
    expect(await renewDuty(database.db, first, 60)).toBe(false);
    await expect(keep(first)).rejects.toThrow(DutyLost);
    await dropDuty(database.db, first);
    expect(await take('a/1')).toMatchObject({ heldBy: 'b/2' });
    await keep(second);
  });

  it('that is given back is there for the next at once, under a higher generation', async () => {
    const first = await got(take('a/1'));
    await dropDuty(database.db, first);
    const second = await got(take('b/2'));
    expect(second.generation).toBe(first.generation + 1);
  });

  it('is not taken while a transaction under it goes on', async () => {
    const first = await got(take('a/1'));
    await lapse();
    const order: string[] = [];
    let isKept = () => {};
    const kept = new Promise<void>((resolve) => {
      isKept = resolve;
    });
    let end = () => {};
    const writing = database.db.transaction(async (tx) => {
      await keepDuty(tx, first);
      isKept();
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      order.push('written');
    });
    await kept;
    const taking = take('b/2').then(() => order.push('taken'));
    const waiting =
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await until(async () => (await database.pool.query(waiting)).rows.length > 0, {
      what: 'it to have to wait',
    });
    end();
    await Promise.all([writing, taking]);
    expect(order).toEqual(['written', 'taken']);
  });
});

describe('a lab', () => {
  const from = (place: string) => takePool(database.db, 'lab', place, 60);
  const withMachines = async () => {
    const environment = await insertEnvironment(database.db, {
      name: 'demo',
      blueprint: 'hello',
      pool: 'lab',
      state: 'ready',
      params: {},
      secrets: {},
      createdBy: null,
    });
    await insertNodes(database.db, [
      { environmentId: environment.id, pool: 'lab', machine: 'n1', name: 'node', role: 'node', index: 1 },
    ]);
    return environment;
  };

  it('may be begun anew elsewhere as long as it has no machines', async () => {
    await from('a:/lab');
    expect(await from('b:/lab')).toMatchObject({ heldBy: 'a:/lab' });
    await lapse();
    expect(await from('b:/lab')).toMatchObject({ generation: 2 });
  });

  it('is taken at once from its own place: no other process works there', async () => {
    const first = await got(from('a:/lab'));
    const second = await got(from('a:/lab'));
    expect(second.generation).toBe(2);
    expect(await renewDuty(database.db, first, 60)).toBe(false);
  });

  it('with machines is nowhere else, however long its host is away', async () => {
    await from('a:/lab');
    const environment = await withMachines();
    await lapse();
    expect(await from('b:/lab')).toMatchObject({ heldBy: 'a:/lab' });
    expect(await from('a:/lab')).toMatchObject({ generation: 2 });
    await lapse();
    await releaseNodes(database.db, environment.id);
    expect(await from('b:/lab')).toMatchObject({ generation: 3 });
  });
});
