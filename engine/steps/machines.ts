import { updateNode } from '../../db/environments.ts';
import { bringBackParams } from '../../db/snapshots.ts';
import { shortKey } from '../layers.ts';
import type { Action } from '../plan.ts';
import { type Machine, type MayTouch, ProviderError } from '../provider.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

/** Makes the machine, or finds it there, and notes its address and the layer that it began from. */
export function createMachine(
  context: StepContext,
  action: Extract<Action, { kind: 'create' }>,
): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  const { layers = [] } = action;
  return askProvider(async () => {
    await prepare(context);
    const machine = await provider.create(
      node.machine,
      { hostname: node.name, layers },
      unlessCancelled(context),
    );
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

/** Takes the machine back to a layer, and the environment to the parameters that were its own then; or the machine to an empty one. */
export function resetMachine(
  context: StepContext,
  action: Extract<Action, { kind: 'reset' }>,
): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  const { layer } = action;
  const mayTouch = unlessCancelled(context);
  return askProvider(async () => {
    const machine = await provider.reset(node.machine, layer, async () => {
      await mayTouch();
      // From here on it is not as it was any more, whatever becomes of the reset.
      if (layer !== null) await bringBackParams(context.database.db, context.hold, node.environmentId, layer);
    });
    link.drop();
    const emptied = layer === null ? { layer: null, layerRunId: null } : {};
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
    await provider.snapshot(node.machine, action.layer, unlessCancelled(context));
    return `${node.machine} kept`;
  }, context);
}

export function destroyMachine(context: StepContext): Promise<StepResult> {
  const { node, provider, link } = machineOf(context);
  return askProvider(async () => {
    link.close();
    await provider.destroy(node.machine, unlessCancelled(context));
    return `${node.machine} given back`;
  }, context);
}

/**
 * Waits until the pool is ready, which may take minutes. A cancelled run does not wait for it and leaves it going on; a process that lets go
 * of the run ends it, unless others wait for it too.
 */
async function prepare(context: StepContext): Promise<void> {
  const { cancel, released, output } = context;
  if (cancel.aborted) throw new NotBegun();
  const over = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    const stop = () => reject(new NotBegun());
    cancel.addEventListener('abort', stop, { once: true, signal: over.signal });
  });
  const ready = machineOf(context).provider.prepare((line) => {
    if (!cancel.aborted && !released.aborted) output.note(line);
  }, released);
  ready.catch(() => {});
  await Promise.race([ready, cancelled]).finally(() => over.abort());
}

/** Somebody asked for the run's end before the machine was touched. */
class NotBegun extends Error {
  constructor() {
    super('cancelled before it was begun');
  }
}

/** Asked when the turn with a machine has come: whether the run is ours still, and is to go on. */
export function unlessCancelled({ checkHeld, cancel }: StepContext): MayTouch {
  return async () => {
    await checkHeld();
    if (cancel.aborted) throw new NotBegun();
  };
}

/** A provider that could not do it leaves us not knowing the machine's state: broke, not failed. */
export async function askProvider(act: () => Promise<string>, { output }: StepContext): Promise<StepResult> {
  try {
    const detail = await act();
    await output.end();
    return { state: 'done', detail };
  } catch (error) {
    if (error instanceof NotBegun) {
      await output.end();
      return { state: 'cancelled', detail: error.message };
    }
    if (!(error instanceof ProviderError)) throw error;
    output.note(error.message);
    await output.end();
    return { state: 'broke', detail: error.message };
  }
}
