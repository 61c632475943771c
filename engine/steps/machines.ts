import { updateNode } from '../../db/environments.ts';
import { shortKey } from '../layers.ts';
import type { Action } from '../plan.ts';
import { type Machine, ProviderError } from '../provider.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

/** Makes the machine, or finds it there, and notes its address and the layer that it began from. */
export function createMachine(
  context: StepContext,
  action: Extract<Action, { kind: 'create' }>,
): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  const { layers = [] } = action;
  return askProvider(async () => {
    await provider.prepare((line) => context.output.note(line));
    const machine = await provider.create(node.machine, { hostname: node.name, layers }, context.checkHeld);
    link.drop();
    // Who made it in an earlier run did not count on it: its steps are done again where they are not done.
    const began = machine.layer !== undefined && layers.includes(machine.layer) ? machine.layer : null;
    await updateNode(context.database.db, context.hold, node.id, {
      ...upAt(machine),
      ...(layers.length > 0 ? { layer: began, layerRunId: began === null ? null : context.run.id } : {}),
    });
    const zone = machine.zone ? ` in ${machine.zone}` : '';
    return `${node.machine} at ${machine.address}${zone}${began ? `, from layer ${shortKey(began)}` : ''}`;
  }, context);
}

/** What is noted of a machine that was made, or started anew. */
export function upAt({ address, zone }: Machine) {
  return { state: 'up', address, zone: zone ?? null, mark: null } as const;
}

/** Takes the machine back to a layer, or to the empty machine. */
export function resetMachine(
  context: StepContext,
  action: Extract<Action, { kind: 'reset' }>,
): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  return askProvider(async () => {
    const machine = await provider.reset(node.machine, action.layer, context.checkHeld);
    link.drop();
    const emptied = action.layer === null ? { layer: null, layerRunId: null } : {};
    await updateNode(context.database.db, context.hold, node.id, { ...upAt(machine), ...emptied });
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
    await provider.snapshot(node.machine, action.layer, context.checkHeld);
    return `${node.machine} kept`;
  }, context);
}

export function destroyMachine(context: StepContext): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  return askProvider(async () => {
    link.close();
    await provider.destroy(node.machine, context.checkHeld);
    return `${node.machine} given back`;
  }, context);
}

/** A provider that could not do it leaves us not knowing the machine's state: broke, not failed. */
export async function askProvider(act: () => Promise<string>, { output }: StepContext): Promise<StepResult> {
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
