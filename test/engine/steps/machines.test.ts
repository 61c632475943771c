import { expect, it } from 'vitest';
import { nodesOf } from '../../../db/environments.ts';
import { HoldLost, takeHold } from '../../../db/runs.ts';
import type { Machine, MayTouch, Provider } from '../../../engine/provider.ts';
import { createMachine, resetMachine } from '../../../engine/steps/machines.ts';
import type { StepContext, StepResult } from '../../../engine/steps/step.ts';
import { databaseForTests } from '../../support/database.ts';
import { type SeededRun, seedEnvironment } from '../../web/support/seed.ts';

const database = databaseForTests();

const back: Machine = { name: 'n1', address: '10.0.0.99' };

async function takeOver({ id }: SeededRun): Promise<void> {
  await database.pool.query("update runs set hold_expires_at = now() - interval '1 s' where id = $1", [id]);
  if (!(await takeHold(database.db, id, 'another', 600))) throw new Error('the hold could not be taken');
}

/** Does it with the only machine of a new environment; `meanwhile` happens while the pool is at work with that. */
async function does(
  name: string,
  act: (context: StepContext) => Promise<StepResult>,
  meanwhile: (run: SeededRun) => Promise<void>,
  more: Partial<Provider> = {},
  cancel = new AbortController().signal,
  released = new AbortController().signal,
) {
  const environment = await seedEnvironment(database, name);
  const run = await environment.run();
  const nodes = () => nodesOf(database.db, environment.id);
  const [node] = await nodes();
  const atWork = async () => {
    await meanwhile(run);
    return back;
  };
  const provider: Partial<Provider> = { prepare: async () => {}, create: atWork, reset: atWork, ...more };
  const context = {
    ...{ database, hold: run.hold, run: { id: run.id } },
    on: { node, provider, link: { drop() {} } },
    output: { note() {}, async end() {} },
    checkHeld: async () => {},
    ...{ cancel, released },
  } as unknown as StepContext;
  const result = await act(context).catch((error: unknown) => error);
  return { result, before: node, after: (await nodes())[0] };
}

const acts: [what: string, act: (context: StepContext) => Promise<StepResult>][] = [
  ['made', (context) => createMachine(context, { kind: 'create', layers: ['layer-1'] })],
  ['reset', (context) => resetMachine(context, { kind: 'reset', layer: null })],
];

it.each(acts)('where a machine is that was %s is put on record', async (what, act) => {
  const { result, after } = await does(`${what}-kept`, act, async () => {});
  expect(result).toMatchObject({ state: 'done' });
  expect(after).toMatchObject({ address: back.address });
});

it.each(acts)(
  'a worker that lost the run while a machine was %s puts nothing on record',
  async (what, act) => {
    const { result, before, after } = await does(`${what}-lost`, act, takeOver);
    expect(result).toBeInstanceOf(HoldLost);
    expect(after).toEqual(before);
  },
);

it.each(acts)(
  'a machine that waits to be %s is left as it is once the run is cancelled',
  async (what, act) => {
    const cancel = new AbortController();
    let touched = false;
    const inTurn = async (mayTouch?: MayTouch) => {
      cancel.abort();
      await mayTouch?.();
      touched = true;
      return back;
    };
    const more: Partial<Provider> = {
      create: (_, __, mayTouch) => inTurn(mayTouch),
      reset: (_, __, mayTouch) => inTurn(mayTouch),
    };
    const { result, before, after } = await does(`${what}-late`, act, async () => {}, more, cancel.signal);
    expect(result).toEqual({ state: 'cancelled', detail: 'cancelled before it was begun' });
    expect([touched, after]).toEqual([false, before]);
  },
);

it('a run that is cancelled does not wait until its pool is ready', async () => {
  const cancel = new AbortController();
  const more: Partial<Provider> = {
    prepare() {
      queueMicrotask(() => cancel.abort());
      return new Promise(() => {});
    },
  };
  const [[, create]] = acts as [(typeof acts)[number]];
  const { result } = await does('not-ready', create, async () => {}, more, cancel.signal);
  expect(result).toMatchObject({ state: 'cancelled' });
});

it('a process that lets go of a run does not go on making its pool ready', async () => {
  const released = new AbortController();
  const more: Partial<Provider> = {
    prepare(_, signal) {
      queueMicrotask(() => released.abort(new Error('let go')));
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
  };
  const [[, create]] = acts as [(typeof acts)[number]];
  const never = new AbortController().signal;
  const { result } = await does('let-go', create, async () => {}, more, never, released.signal);
  expect(result).toMatchObject({ message: 'let go' });
});
