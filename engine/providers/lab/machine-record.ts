import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineSpec } from '../../provider.ts';
import { readTextOrNull, writeWhole } from './disk-file.ts';
import type { LabFolder } from './lab-folder.ts';
import { freshSshKey, type SshKeyPair } from './ssh-keys.ts';

/** What the lab remembers of one machine, in `machines/NAME/machine.json`. A machine without one is a leftover. */
export interface MachineRecord {
  readonly version: 1;
  readonly spec: MachineSpec;
  readonly hostKey: SshKeyPair;
  readonly machineId: string;
  /** The file systems below the machine's own changes, top first: layer directories, shared layers, then the base's name. */
  readonly standsOn: readonly string[];
  /** The key of the shared layer that it began from, if it stands on one still. */
  readonly sharedKey?: string;
  /** Its disk is on the way to becoming a shared layer: the layer's folder and key. */
  readonly sharing?: { readonly id: string; readonly key: string };
  /** Its disk is to be made new at the next start: so for a machine just created, and for a reset that was decided. */
  readonly resetPending?: boolean;
  /** Kept layers: name → the file systems that make it up, top first, ending with the base. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
  /** Number of the next layer directory. */
  readonly nextLayer: number;
}

export interface MachineFolder {
  readonly dir: string;
  readonly recordFile: string;
  readonly upper: string;
  readonly work: string;
  readonly root: string;
  /** pid, start time and boot id of the running supervisor, written by the machine's starter itself. */
  readonly runningFile: string;
  /** Token of the start that is allowed to go on. */
  readonly startingFile: string;
  readonly log: string;
  readonly layers: string;
}

export function machineFolder(lab: LabFolder, name: string): MachineFolder {
  const dir = join(lab.machines, name);
  return {
    dir,
    recordFile: join(dir, 'machine.json'),
    upper: join(dir, 'upper'),
    work: join(dir, 'work'),
    root: join(dir, 'root'),
    runningFile: join(dir, 'running'),
    startingFile: join(dir, 'starting'),
    log: join(dir, 'console.log'),
    layers: join(lab.layers, name),
  };
}

export async function readMachineRecord(folder: MachineFolder): Promise<MachineRecord | null> {
  const text = await readTextOrNull(folder.recordFile);
  return text === null ? null : (JSON.parse(text) as MachineRecord);
}

export async function writeMachineRecord(folder: MachineFolder, record: MachineRecord): Promise<void> {
  await writeWhole(folder.recordFile, `${JSON.stringify(record, null, 2)}\n`);
}

/** Of every machine that there is. */
export async function machineRecords(lab: LabFolder): Promise<MachineRecord[]> {
  const names = await readdir(lab.machines);
  const records = await Promise.all(names.map((name) => readMachineRecord(machineFolder(lab, name))));
  return records.filter((record) => record !== null);
}

/** A machine that is to be made; `standsOn`: what an empty one stands on. */
export function freshRecord(spec: MachineSpec, standsOn: readonly string[]): MachineRecord {
  return {
    ...{ version: 1, spec, standsOn, hostKey: freshSshKey(), machineId: randomBytes(16).toString('hex') },
    ...{ resetPending: true, layers: {}, nextLayer: 1 },
  };
}
