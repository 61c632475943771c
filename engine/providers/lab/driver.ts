import type { ProviderAbilities } from '../../provider.ts';
import type { Endpoint } from '../../transport.ts';
import type { Suite } from './base-recipe.ts';
import type { LabFolder } from './lab-folder.ts';
import type { MachineFolder, MachineRecord } from './machine-record.ts';

/** What both drivers are made with. */
export interface DriverOptions {
  readonly pool: string;
  readonly nodes: number;
  readonly zones: readonly string[];
  readonly dir: string;
  readonly cacheDir: string;
  /** What booted machines run. */
  readonly suite: Suite;
  /** The most bytes of shared layers that nobody uses; 0: none are made. */
  readonly layerBytes: number;
  readonly log: (line: string) => void;
}

/** One machine of an opened lab. */
export interface MachinePlace {
  readonly lab: LabFolder;
  readonly name: string;
  readonly folder: MachineFolder;
}

/**
 * How machines come to life: the part in which booted and rootless machines differ. `lab-provider.ts` does what they share
 * (records, layers, order of steps, cleaning up) and calls one method at a time for one machine.
 */
export interface Driver {
  readonly can: ProviderAbilities;
  readonly summary: string;
  readonly capacity: number;
  /** The lab's folder, and what machines that are there already need on this host. Called again it does nothing; `progress` gets what takes long. */
  open(progress?: (line: string) => void): Promise<LabFolder>;
  /** What new machines need; resolves to what an empty machine stands on. Aborted, it leaves what is only a cache half made and rejects. */
  prepareBase(progress: (line: string) => void, signal: AbortSignal): Promise<readonly string[]>;
  address(name: string): string;
  isUp(machine: MachinePlace): Promise<boolean>;
  /** Makes the machine's disk new, by what the record says that it stands on. Resolves to the record as it is to be kept. */
  renewDisk(machine: MachinePlace, record: MachineRecord): Promise<MachineRecord>;
  /** Starts the machine, which does not run; its sshd need not answer yet. */
  start(machine: MachinePlace, record: MachineRecord): Promise<void>;
  /** Resolves when sshd answers, rejects when it does not within minutes. */
  answers(machine: MachinePlace): Promise<void>;
  /** Ends the machine at once, and what an unfinished start left. Not running is no error. */
  stop(machine: MachinePlace): Promise<void>;
  /** Removes what the machine has on this host beside its folder. */
  release(machine: MachinePlace): Promise<void>;
  /** The directory that holds the machine's changes. */
  diskOf(machine: MachinePlace): string;
  freeze(machine: MachinePlace): Promise<void>;
  /** Also undoes the freeze of a process that was killed meanwhile. */
  thaw(machine: MachinePlace): Promise<void>;
  endpoint(machine: MachinePlace, record: MachineRecord): Promise<Endpoint>;
  close(): Promise<void>;
}
