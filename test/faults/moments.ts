import { setTimeout as delay } from 'node:timers/promises';
import { type Entry, readJournal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Moment } from './plan.ts';

const LOOK_MS = 10;

/** Waits for the moment after `begins`; rejects when `over` is aborted first, as it is when the round has ended without it. */
export async function comes(
  moment: Moment,
  machines: readonly Machine[],
  begins: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await begins;
  if (moment.after === 'typed') {
    await delay(moment.ms, undefined, { signal });
    return;
  }
  const machine = machines[moment.machine - 1] as Machine;
  if (moment.after === 'bytes') {
    const passed = machine.proxy.received();
    while (machine.proxy.received() < passed + moment.bytes) await delay(LOOK_MS, undefined, { signal });
    return;
  }
  const before = (await readJournal(machine)).length;
  const isIt = ({ step, what }: Entry) =>
    step === moment.step && (moment.after === 'begin' ? what === 'begin' : what === 'fail' || what === 'ok');
  while (!(await readJournal(machine)).slice(before).some(isIt)) await delay(LOOK_MS, undefined, { signal });
  await delay(moment.ms, undefined, { signal });
}
