import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine, Shared } from '../../provider.ts';
import type { Driver, DriverOptions, MachinePlace } from './driver.ts';
import { type LabFolder, labFolder } from './lab-folder.ts';
import { type MachineRecord, machineRecords, writeMachineRecord } from './machine-record.ts';
import { chooseLayer, moveDisk, settleSharing } from './share-disk.ts';
import {
  baseIdentity,
  completeLayer,
  freshLayerId,
  isSharedLayer,
  layersOf,
  readLayer,
  sweepSharedLayers,
  withLayersLocked,
} from './shared-layers.ts';

/** What a lab does with shared layers; every method but `kept` is called in the machine's turn. */
export interface Sharing {
  /** Writes the record of a new machine, which stands on the best of these layers that is kept and whole. */
  begin(machine: MachinePlace, record: MachineRecord, keys: readonly string[]): Promise<MachineRecord>;
  kept(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** `base`: what an empty machine stands on; `up` starts the machine from its record. */
  share(
    machine: MachinePlace,
    record: MachineRecord,
    base: readonly string[],
    key: string,
    up: (machine: MachinePlace, record: MachineRecord) => Promise<Machine>,
  ): Promise<Shared>;
  /** Removes half layers, and whole ones beyond what may be kept. */
  sweep(lab: LabFolder): Promise<void>;
}

export function createSharing({ dir, cacheDir, layerBytes, log }: DriverOptions, driver: Driver): Sharing {
  const identityOf = (standsOn: readonly string[]) => {
    const base = standsOn.at(-1) ?? '';
    return baseIdentity(join(cacheDir, base), base);
  };

  async function begin(machine: MachinePlace, record: MachineRecord, keys: readonly string[]) {
    const { lab, folder } = machine;
    await mkdir(folder.dir, { recursive: true, mode: 0o700 });
    if (!driver.can.layers || keys.length === 0) {
      await writeMachineRecord(folder, record);
      return record;
    }
    const base = await identityOf(record.standsOn);
    return withLayersLocked(lab, async () => {
      const layer = await chooseLayer(machine, keys, base, log);
      const begun = layer
        ? { ...record, standsOn: [layer.id, ...layer.standsOn], sharedKey: layer.key }
        : record;
      await writeMachineRecord(folder, begun);
      return begun;
    });
  }

  async function kept(keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (!driver.can.layers || keys.length === 0) return new Set();
    // Without opening the lab: who only asks what would be done makes none.
    const layers = await layersOf(labFolder(dir));
    return new Set(layers.map(({ key }) => key).filter((key) => keys.includes(key)));
  }

  async function share(
    machine: MachinePlace,
    record: MachineRecord,
    emptyBase: readonly string[],
    key: string,
    up: (machine: MachinePlace, record: MachineRecord) => Promise<Machine>,
  ): Promise<Shared> {
    const { lab, folder } = machine;
    const asItWas = async (why: string): Promise<Shared> => ({
      machine: await up(machine, record),
      kept: 'no',
      why,
    });
    if (!driver.can.layers) return asItWas('this pool keeps none');
    const base = await identityOf(record.standsOn);
    const complete = async ({ standsOn: [id = '', ...below] }: MachineRecord) => {
      if (!(await readLayer(lab, id))) await completeLayer(lab, { id, key, base, standsOn: below });
    };
    // A process that was killed may have come as far as this.
    if (record.sharedKey === key) {
      const running = await up(machine, record);
      return completed(running, complete(record), 'already');
    }
    const because = whyNot(record, emptyBase);
    if (because) return asItWas(because);
    const sharing = await withLayersLocked(lab, async () => {
      const whole = (await layersOf(lab)).some((layer) => layer.key === key && layer.base === base);
      if (whole || (await isBeingMade(lab, key))) return null;
      const next: MachineRecord = { ...record, sharing: { id: freshLayerId(), key } };
      await writeMachineRecord(folder, next);
      return next;
    });
    if (!sharing?.sharing) return { machine: await up(machine, record), kept: 'already' };
    await driver.stop(machine);
    const fault = await moveDisk(machine, sharing.sharing.id).then(
      () => null,
      (error: Error) => error.message,
    );
    const moved = await settleSharing(machine, sharing, (next) => writeMachineRecord(folder, next));
    if (fault) return asItWas(fault);
    const completing = complete(moved);
    completing.catch(() => {});
    const result = await completed(await up(machine, moved), completing, 'now');
    await sweep(lab);
    return result;
  }

  async function sweep(lab: LabFolder): Promise<void> {
    if (driver.can.layers) await withLayersLocked(lab, () => sweepSharedLayers(lab, layerBytes));
  }

  return { begin, kept, share, sweep };
}

/** Whether another machine's disk is on its way to becoming this layer. */
async function isBeingMade(lab: LabFolder, key: string): Promise<boolean> {
  for (const record of await machineRecords(lab)) {
    if (record.sharing?.key === key) return true;
    const [top = ''] = record.standsOn;
    if (record.sharedKey === key && isSharedLayer(top) && !(await readLayer(lab, top))) return true;
  }
  return false;
}

/** The machine runs whether its layer counts or not. */
async function completed(
  machine: Machine,
  completing: Promise<void>,
  kept: 'now' | 'already',
): Promise<Shared> {
  return completing.then(
    () => ({ machine, kept }),
    (error: Error) => ({ machine, kept: 'no', why: error.message }),
  );
}

/** Why the machine's disk is nothing for others. */
function whyNot(record: MachineRecord, emptyBase: readonly string[]): string | null {
  const below = record.standsOn.filter((part) => !isSharedLayer(part));
  if (below.length !== 1) return 'the machine was reset to a snapshot meanwhile';
  return below[0] === emptyBase[0] ? null : 'the machine stands on an older base file system';
}
