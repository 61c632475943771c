import { updateNode } from '../../db/environments.ts';
import type { Action } from '../plan.ts';
import { ProviderError } from '../provider.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

/** Makes the machine, or finds it there, and notes its address. */
export function createMachine(context: StepContext): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  return askProvider(async () => {
    await provider.prepare((line) => context.output.note(line));
    const machine = await provider.create(node.machine, { hostname: node.name });
    link.drop();
    await updateNode(context.database.db, node.id, {
      state: 'up',
      address: machine.address,
      zone: machine.zone ?? null,
      mark: null,
    });
    return `${node.machine} at ${machine.address}${machine.zone ? ` in ${machine.zone}` : ''}`;
  }, context);
}

/** Takes the machine back to a layer, or to the empty machine. */
export function resetMachine(
  context: StepContext,
  action: Extract<Action, { kind: 'reset' }>,
): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  return askProvider(async () => {
    const machine = await provider.reset(node.machine, action.layer);
    link.drop();
    await updateNode(context.database.db, node.id, {
      state: 'up',
      address: machine.address,
      zone: machine.zone ?? null,
      mark: null,
    });
    return `${node.machine} is back`;
  }, context);
}

/** Keeps the machine's disk as a layer. */
export function snapshotMachine(
  context: StepContext,
  action: Extract<Action, { kind: 'snapshot' }>,
): Promise<StepResult> {
  const { node, provider } = machineOf(context);
  return askProvider(async () => {
    await provider.snapshot(node.machine, action.layer);
    return `${node.machine} kept`;
  }, context);
}

export function destroyMachine(context: StepContext): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  return askProvider(async () => {
    link.close();
    await provider.destroy(node.machine);
    return `${node.machine} given back`;
  }, context);
}

/** A provider that could not do it leaves us not knowing the machine's state: broke, not failed. */
async function askProvider(act: () => Promise<string>, { output }: StepContext): Promise<StepResult> {
  try {
    const detail = await act();
    await output.end();
    return { state: 'done', detail };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    output.note(error.message);
    await output.end();
    return { state: 'broke', detail: error.message };
  }
}
