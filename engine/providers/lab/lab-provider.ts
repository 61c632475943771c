import { readdir } from 'node:fs/promises';
import { type Machine, type MayTouch, type Provider, ProviderError } from '../../provider.ts';
import { exists } from './disk-file.ts';
import type { Driver, DriverOptions, MachinePlace } from './driver.ts';
import { createTurns } from './in-turn.ts';
import { discard, emptyTrash, type LabFolder } from './lab-folder.ts';
import { checkLayerName, keepLayer, layerChain, sweepLayers } from './layers.ts';
import { checkMachineName, chooseNames, indexOf } from './machine-names.ts';
import {
  freshRecord,
  type MachineRecord,
  machineFolder,
  readMachineRecord,
  writeMachineRecord,
} from './machine-record.ts';
import { createPreparation } from './preparation.ts';
import { settleSharing } from './share-disk.ts';
import { createSharing } from './sharing.ts';

/** The provider over either driver. Whatever happens to one machine happens in turn; machines do not wait for each other. */
export function createDriverProvider(options: DriverOptions, driver: Driver): Provider {
  const { pool, log } = options;
  const { capacity } = driver;
  const inTurn = createTurns();
  const shared = createSharing(options, driver);
  const preparation = createPreparation(prepare);
  const prepared = preparation.wait;

  async function prepare(progress: (line: string) => void, signal: AbortSignal): Promise<readonly string[]> {
    const lab = await driver.open(progress);
    signal.throwIfAborted();
    await removeLeftovers(lab);
    signal.throwIfAborted();
    return driver.prepareBase(progress, signal);
  }

  /** What a process left that was killed while it made or removed a machine. */
  async function removeLeftovers(lab: LabFolder): Promise<void> {
    for (const name of await readdir(lab.machines)) {
      await inTurn(name, async () => {
        const machine = placeOf(lab, name);
        if (!(await readMachineRecord(machine.folder))) await remove(machine);
      });
    }
    await shared.sweep(lab);
    emptyInBackground(lab);
  }

  function emptyInBackground(lab: LabFolder): void {
    emptyTrash(lab).catch((error: Error) => log(`cannot empty ${lab.trash}: ${error.message}`));
  }

  async function up(machine: MachinePlace, found: MachineRecord): Promise<Machine> {
    const record = await settled(machine, found);
    // A reset may have been cut off before the machine was stopped: it runs on a disk that its record has given up.
    if (!record.resetPending && (await driver.isUp(machine))) {
      await driver.thaw(machine);
    } else {
      await driver.stop(machine);
      await driver.start(machine, record.resetPending ? await renewDisk(machine, record) : record);
    }
    await driver.answers(machine);
    const zone = options.zones[(indexOf(machine.name) - 1) % options.zones.length];
    const layer = record.sharedKey;
    return {
      ...{ name: machine.name, address: driver.address(machine.name) },
      ...(zone ? { zone } : {}),
      ...(layer ? { layer } : {}),
    };
  }

  /** Ends what a killed process left between moving a disk away and saying so. */
  async function settled(machine: MachinePlace, record: MachineRecord): Promise<MachineRecord> {
    if (!record.sharing) return record;
    if (!(await exists(machine.folder.upper))) await driver.stop(machine);
    return settleSharing(machine, record, (next) => writeMachineRecord(machine.folder, next));
  }

  async function renewDisk(machine: MachinePlace, record: MachineRecord): Promise<MachineRecord> {
    const renewed = { ...(await driver.renewDisk(machine, record)), resetPending: false };
    await writeMachineRecord(machine.folder, renewed);
    return renewed;
  }

  async function remove(machine: MachinePlace): Promise<void> {
    const { lab, folder } = machine;
    await driver.stop(machine);
    await driver.release(machine);
    await discard(lab, folder.recordFile); // first: without it the rest counts as leftovers
    await discard(lab, folder.dir);
    await discard(lab, folder.layers);
    emptyInBackground(lab);
  }

  async function existing(name: string): Promise<{ machine: MachinePlace; record: MachineRecord }> {
    checkMachineName(name, capacity);
    const machine = placeOf(await driver.open(), name);
    const record = await readMachineRecord(machine.folder);
    if (record) return { machine, record };
    throw new ProviderError('failed', `pool ${pool} has no machine ${name}: it must be created first`);
  }

  /** What stands in the record is not what the machine runs on while a reset is to be done yet: it is done first. */
  async function asDecided(found: { machine: MachinePlace; record: MachineRecord }): Promise<typeof found> {
    if (!found.record.resetPending) return found;
    await up(found.machine, found.record);
    return existing(found.machine.name);
  }

  return {
    pool,
    kind: 'lab',
    capacity,
    can: driver.can,
    summary: driver.summary,

    async prepare(progress, signal) {
      await prepared(progress, signal);
    },

    choose: (count, taken) => chooseNames(capacity, count, taken),

    async create(name, spec, mayTouch = atOnce) {
      checkMachineName(name, capacity);
      const base = await prepared(log); // not in turn: it takes turns itself, to remove leftovers
      return inTurn(name, async () => {
        await mayTouch();
        const machine = placeOf(await driver.open(), name);
        const found = await readMachineRecord(machine.folder);
        if (found) return up(machine, found);
        const { layers = [], ...kept } = spec;
        return up(machine, await shared.begin(machine, freshRecord(kept, base), layers));
      });
    },

    find(name) {
      return inTurn(name, async () => {
        if (indexOf(name) === 0) return null;
        const machine = placeOf(await driver.open(), name);
        const record = await readMachineRecord(machine.folder);
        return record ? up(machine, record) : null;
      });
    },

    async reset(name, layer, mayTouch = atOnce) {
      const base = await prepared(log);
      return inTurn(name, async () => {
        const { machine, record: before } = await existing(name);
        const standsOn = layer === null ? base : layerChain(name, before, layer);
        await mayTouch();
        const { sharedKey: _, sharing: __, ...rest } = before;
        const record = { ...rest, standsOn, resetPending: true };
        await writeMachineRecord(machine.folder, record);
        await driver.stop(machine);
        const again = await up(machine, record);
        await sweepLayers(machine.lab, machine.folder, record);
        emptyInBackground(machine.lab);
        return again;
      });
    },

    snapshot(name, layer, mayTouch = atOnce) {
      return inTurn(name, async () => {
        checkLayerName(layer);
        await mayTouch();
        const { machine, record } = await asDecided(await existing(name));
        const { lab, folder } = machine;
        let kept = record;
        try {
          await driver.freeze(machine);
          kept = await keepLayer(folder, record, layer, driver.diskOf(machine));
        } finally {
          await driver.thaw(machine);
        }
        await sweepLayers(lab, folder, kept);
        emptyInBackground(lab);
      });
    },

    dropLayer(name, layer, mayTouch = atOnce) {
      return inTurn(name, async () => {
        await mayTouch();
        const { lab, folder } = placeOf(await driver.open(), name);
        const record = indexOf(name) === 0 ? null : await readMachineRecord(folder);
        if (!record) return;
        const { [layer]: _dropped, ...layers } = record.layers;
        await writeMachineRecord(folder, { ...record, layers });
        await sweepLayers(lab, folder, { ...record, layers });
        emptyInBackground(lab);
      });
    },

    sharedLayers: (keys) => shared.kept(keys),

    async share(name, key, mayTouch = atOnce) {
      const base = await prepared(log);
      return inTurn(name, async () => {
        await mayTouch();
        const { machine, record } = await existing(name);
        const as = await asDecided({ machine, record: await settled(machine, record) });
        return shared.share(machine, as.record, base, key, up);
      });
    },

    destroy(name, mayTouch = atOnce) {
      return inTurn(name, async () => {
        if (indexOf(name) === 0) return;
        await mayTouch();
        const machine = placeOf(await driver.open(), name);
        if (await exists(machine.folder.dir)) await remove(machine);
      });
    },

    async endpoint(name) {
      const { machine, record } = await existing(name);
      return driver.endpoint(machine, record);
    },

    async close() {
      await preparation.end();
      await driver.close();
    },
  };
}

/** Nobody else can want the machine. */
const atOnce: MayTouch = async () => {};

function placeOf(lab: LabFolder, name: string): MachinePlace {
  return { lab, name, folder: machineFolder(lab, name) };
}
