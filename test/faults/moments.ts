import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Moment } from './plan.ts';

export interface MomentOptions {
  readonly machines: readonly Machine[];
  readonly journalOf: (machine: Machine) => Promise<readonly Entry[]>;
  /** Resolves when the person begins to type. */
  readonly begins: Promise<void>;
}

const LOOK_MS = 5;

/** Waits for the moment; rejects when `over` is aborted first, as it is when the round has ended without it. */
export async function comes(moment: Moment, options: MomentOptions, over: AbortSignal): Promise<void> {
  await options.begins;
  const { signal } = { signal: over };
  if (moment.after === 'typed') {
    await delay(moment.ms, undefined, { signal });
    return;
  }
  const machine = options.machines[moment.machine - 1] as Machine;
  if (moment.after === 'bytes') {
    const passed = machine.proxy.received();
    while (machine.proxy.received() < passed + moment.bytes) await delay(LOOK_MS, undefined, { signal });
    return;
  }
  const isIt = ({ step, what }: Entry) =>
    step === moment.step && (moment.after === 'begin' ? what === 'begin' : what !== 'begin');
  while (!(await options.journalOf(machine)).some(isIt)) await delay(LOOK_MS, undefined, { signal });
  await delay(moment.ms, undefined, { signal });
}
