import { expect, it } from 'vitest';
import { HoldLost, takeHold } from '../../db/runs.ts';
import { type Drive, startDrive } from '../../engine/drive.ts';
import type { Action } from '../../engine/plan.ts';
import { type Machine, type MayTouch, type Provider, ProviderError } from '../../engine/provider.ts';
import type { Transport } from '../../engine/transport.ts';
import { databaseForTests } from '../support/database.ts';
import { until } from '../support/until.ts';
import { seedEnvironment } from '../web/support/seed.ts';

const database = databaseForTests();

/** Drives a run of one task, whose machine is reset by `reset`. */
async function driveReset(
  name: string,
  reset: (mayTouch: MayTouch) => Promise<Machine>,
  holdSeconds = 9,
  serves = () => true,
) {
  const environment = await seedEnvironment(database, name);
  const run = await environment.run({ kind: 'reset' });
  const action: Action = { kind: 'reset', layer: null };
  await database.pool.query('update run_steps set action = $1 where run_id = $2', [action, run.id]);
  const provider: Partial<Provider> = {
    reset: (_, __, mayTouch = async () => {}) => reset(mayTouch),
  };
  const drive: Drive = startDrive(run.hold, {
    ...{ database, holdSeconds, serves, asked: performance.now() },
    provider: () => provider as Provider,
    transport: {} as Transport,
    heavySlots: () => 1,
    tidier: { tidy() {}, stop() {} },
    log() {},
  });
  return { run, drive };
}

it('a run whose end is asked for while its tasks are being read touches no machine', async () => {
  let touched = 0;
  const { run, drive } = await driveReset('ended-early', async () => {
    touched += 1;
    return { name: 'n1', address: '10.0.0.99' };
  });
  drive.cancel();
  await drive.finished;
  expect(touched).toBe(0);
  const { rows } = await database.pool.query('select state from tasks where run_id = $1', [run.id]);
  expect(rows).toEqual([{ state: 'skipped' }]);
});

it('a machine that says a NUL byte does not keep its run from ending', async () => {
  const { run, drive } = await driveReset('nul', async () => {
    throw new ProviderError('failed', 'n1 said \0 and went');
  });
  await drive.finished;
  const { rows } = await database.pool.query(
    'select t.state, t.detail, r.state as run from tasks t join runs r on r.id = t.run_id where r.id = $1',
    [run.id],
  );
  expect(rows).toEqual([{ state: 'broke', detail: 'n1 said \ufffd and went', run: 'broke' }]);
});

it.each(['another worker has taken its run over', 'it has let its run go', 'its pool is served elsewhere'])(
  'a worker that waits for its turn with a machine does not touch it any more once %s',
  async (why) => {
    const asked = signal<MayTouch>();
    let isServed = true;
    const { run, drive } = await driveReset(
      why,
      (mayTouch) => {
        asked.give(mayTouch);
        return new Promise(() => {});
      },
      0.9,
      () => isServed,
    );
    const mayTouch = await asked.given;
    await mayTouch();
    if (why.startsWith('another')) {
      await database.pool.query('update runs set hold_generation = hold_generation + 1 where id = $1', [
        run.id,
      ]);
      await drive.finished;
    } else {
      isServed = !why.startsWith('its pool');
      if (isServed) await drive.letGo();
      else await expect(mayTouch()).rejects.toThrow(HoldLost);
      await until(() => takeHold(database.db, run.id, 'another', 600), { what: 'the run to be free' });
    }
    await expect(mayTouch()).rejects.toThrow(HoldLost);
  },
);

function signal<T>() {
  let give: (value: T) => void = () => {};
  const given = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { given, give: (value: T) => give(value) };
}
