import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Machine, type MachineSpec, type Provider, ProviderError } from '../../provider.ts';
import { ensureBase } from './base.ts';
import { freeze, thaw } from './cgroups.ts';
import { succeeds } from './command.ts';
import { installMissingPackages } from './debian-packages.ts';
import { exists } from './disk-file.ts';
import { createTurns } from './in-turn.ts';
import { changeKernelSettings } from './kernel-settings.ts';
import { discard, emptyTrash, type LabFolder, openLabFolder } from './lab-folder.ts';
import { type LabPackageCache, runPackageCache } from './lab-package-cache.ts';
import { chosenSubnet } from './lab-subnet.ts';
import { checkLayerName, keepLayer, layerChain, sweepLayers } from './layers.ts';
import {
  consoleTail,
  freshDisk,
  freshMachineId,
  hasUsableResolver,
  overlayOptions,
  readyDisk,
} from './machine-disk.ts';
import { checkMachineName, chooseNames, indexOf } from './machine-names.ts';
import {
  type MachineRecord,
  machineFolder,
  readMachineRecord,
  writeMachineRecord,
} from './machine-record.ts';
import {
  foreignDrops,
  freshNamespace,
  hasNamespace,
  type LabNetwork,
  labNetwork,
  networkUp,
  removeNamespace,
} from './network.ts';
import { cgroupsOf, runningSupervisor, startMachine, stopMachine } from './nspawn.ts';
import { waitForSsh } from './ssh-answers.ts';
import { freshSshKey, keptSshKey, type SshKeyPair } from './ssh-keys.ts';
import { machineAddress, mostMachines } from './subnet.ts';

export interface DriverOptions {
  readonly pool: string;
  readonly nodes: number;
  readonly dir: string;
  readonly cacheDir: string;
  readonly log: (line: string) => void;
}

/** How long a machine may take until its sshd answers: half a second on a fast host, ten under emulation. */
const bootTimeoutMs = 180_000;

interface Opened {
  readonly folder: LabFolder;
  readonly labId: string;
  readonly network: LabNetwork;
  readonly clientKey: SshKeyPair;
}

/** Machines booted by systemd-nspawn on overlayfs, each in a network namespace of its own. Needs root. */
export function createBootedDriver(options: DriverOptions): Provider {
  const capacity = Math.min(options.nodes, mostMachines);
  const inTurn = createTurns();
  let opening: Promise<Opened> | null = null;
  let preparing: Promise<string> | null = null;
  let packageCache: LabPackageCache | null = null;

  /** The lab's folder and its network on this host; enough for machines that are there already. */
  function open(): Promise<Opened> {
    opening ??= openLab().catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function openLab(): Promise<Opened> {
    if (!(await succeeds(['unshare', '--mount', '--', 'true']))) {
      throw new ProviderError(
        'missing',
        'this process is root but may not make namespaces (a container without privileges?): run as an ordinary user for rootless machines, or give the container --privileged',
      );
    }
    await installMissingPackages(options.log);
    const { folder, record } = await openLabFolder(options.dir, 'booted', options.cacheDir);
    const network = labNetwork(record.id, await chosenSubnet(folder, record));
    await changeKernelSettings(folder, capacity, options.log);
    await networkUp(network);
    packageCache = await runPackageCache({
      host: network.gateway,
      cacheDir: options.cacheDir,
      log: options.log,
    });
    return { folder, labId: record.id, network, clientKey: await keptSshKey(folder.clientKeyFile) };
  }

  /** Everything for new machines; resolves to the base's path. */
  function ready(progress: (line: string) => void): Promise<string> {
    preparing ??= makeReady(progress).catch((error) => {
      preparing = null;
      throw error;
    });
    return preparing;
  }

  async function makeReady(progress: (line: string) => void): Promise<string> {
    await installMissingPackages(progress);
    const { folder, labId } = await open();
    await removeLeftovers(folder, labId);
    const proxy = packageCache?.url;
    const base = await ensureBase({ cacheDir: options.cacheDir, progress, ...(proxy ? { proxy } : {}) });
    const drops = await foreignDrops();
    if (drops) progress(drops);
    if (!(await hasUsableResolver())) {
      progress(
        'machines cannot resolve names: /etc/resolv.conf names only servers on this host itself; add one that they can reach',
      );
    }
    return base;
  }

  async function removeLeftovers(folder: LabFolder, labId: string): Promise<void> {
    for (const name of await readdir(folder.machines)) {
      await inTurn(name, async () => {
        if (!(await readMachineRecord(machineFolder(folder, name)))) await removeMachine(folder, labId, name);
      });
    }
    emptyTrash(folder).catch((error: Error) => options.log(`cannot empty ${folder.trash}: ${error.message}`));
  }

  /** Starts the machine if it does not run, and resolves when its sshd answers. */
  async function up(opened: Opened, name: string, record: MachineRecord): Promise<Machine> {
    const { folder: lab, labId, network } = opened;
    const folder = machineFolder(lab, name);
    const address = machineAddress(network.subnet, indexOf(name));
    const supervisor = await runningSupervisor(folder);
    if (supervisor && (await hasNamespace(labId, name))) {
      await thaw(await cgroupsOf(labId, name), supervisor.pid);
    } else {
      await stopMachine(labId, name, folder);
      await boot(opened, name, record);
    }
    const hopeful = async () => (await runningSupervisor(folder)) !== null;
    if (!(await waitForSsh(address, 22, bootTimeoutMs, hopeful))) {
      throw new ProviderError(
        'failed',
        `machine ${name} (${address}) runs but its sshd does not answer: ${(await consoleTail(folder)) || 'no console output'}; reset it, or look at ${folder.log}`,
      );
    }
    return { name, address };
  }

  async function boot(opened: Opened, name: string, record: MachineRecord): Promise<void> {
    const { folder: lab, labId, network, clientKey } = opened;
    const folder = machineFolder(lab, name);
    const basePath = join(options.cacheDir, record.standsOn.at(-1) ?? '');
    if (!(await exists(basePath))) {
      throw new ProviderError(
        'failed',
        `machine ${name} stands on ${basePath}, which is gone: destroy the machine, or put the cache folder back`,
      );
    }
    if (record.resetPending) {
      const address = machineAddress(network.subnet, indexOf(name));
      await freshDisk(lab, folder, record, { ...record, address, clientPublicKey: clientKey.publicKey });
      await writeMachineRecord(folder, { ...record, resetPending: false });
    }
    await readyDisk(lab, folder, basePath);
    await freshNamespace(network, labId, name, indexOf(name));
    const overlay = overlayOptions(name, record);
    await startMachine({ lab, labId, name, hostname: record.spec.hostname, folder, overlay });
  }

  async function removeMachine(lab: LabFolder, labId: string, name: string): Promise<void> {
    const folder = machineFolder(lab, name);
    await stopMachine(labId, name, folder);
    await removeNamespace(labId, name);
    await discard(lab, folder.recordFile); // first: without it the rest counts as leftovers
    await discard(lab, folder.dir);
    await discard(lab, folder.layers);
    emptyTrash(lab).catch(() => {}); // what stays is taken by the next prepare
  }

  async function recordOf(lab: LabFolder, name: string): Promise<MachineRecord> {
    checkMachineName(name, capacity);
    const record = await readMachineRecord(machineFolder(lab, name));
    if (record) return record;
    throw new ProviderError(
      'failed',
      `pool ${options.pool} has no machine ${name}; it must be created first`,
    );
  }

  return {
    pool: options.pool,
    kind: 'lab',
    capacity,
    can: { reset: true, snapshot: true, packages: true },
    summary: 'Debian 12 machines booted on this host (systemd-nspawn)',

    async prepare(progress) {
      await ready(progress);
    },

    choose: (count, taken) => chooseNames(capacity, count, taken),

    async create(name: string, spec: MachineSpec) {
      checkMachineName(name, capacity);
      const base = await ready(options.log); // not in turn: it takes turns itself, to remove leftovers
      return inTurn(name, async () => {
        const opened = await open();
        const folder = machineFolder(opened.folder, name);
        const found = await readMachineRecord(folder);
        if (found) return up(opened, name, found);
        await mkdir(folder.dir, { recursive: true, mode: 0o700 });
        const record: MachineRecord = {
          version: 1,
          spec,
          hostKey: freshSshKey(),
          machineId: freshMachineId(),
          standsOn: [basename(base)],
          resetPending: true,
          layers: {},
          nextLayer: 1,
        };
        await writeMachineRecord(folder, record);
        return up(opened, name, record);
      });
    },

    find(name) {
      return inTurn(name, async () => {
        if (indexOf(name) === 0) return null;
        const opened = await open();
        const record = await readMachineRecord(machineFolder(opened.folder, name));
        return record ? up(opened, name, record) : null;
      });
    },

    async reset(name, layer) {
      const base = await ready(options.log);
      return inTurn(name, async () => {
        const opened = await open();
        const folder = machineFolder(opened.folder, name);
        const before = await recordOf(opened.folder, name);
        const standsOn = layer === null ? [basename(base)] : layerChain(name, before, layer);
        const record = { ...before, standsOn, resetPending: true };
        await writeMachineRecord(folder, record);
        await stopMachine(opened.labId, name, folder);
        const machine = await up(opened, name, record);
        await sweepLayers(opened.folder, folder, record);
        emptyTrash(opened.folder).catch(() => {});
        return machine;
      });
    },

    snapshot(name, layer) {
      return inTurn(name, async () => {
        checkLayerName(layer);
        const { folder: lab, labId } = await open();
        const folder = machineFolder(lab, name);
        const record = await recordOf(lab, name);
        const supervisor = await runningSupervisor(folder);
        const groups = await cgroupsOf(labId, name);
        try {
          if (supervisor) await freeze(groups, supervisor.pid);
          await sweepLayers(lab, folder, await keepLayer(folder, record, layer, folder.upper));
        } finally {
          if (supervisor) await thaw(groups, supervisor.pid);
        }
      });
    },

    dropLayer(name, layer) {
      return inTurn(name, async () => {
        const { folder: lab } = await open();
        const folder = machineFolder(lab, name);
        const record = await readMachineRecord(folder);
        if (!record) return;
        const { [layer]: _dropped, ...layers } = record.layers;
        await writeMachineRecord(folder, { ...record, layers });
        await sweepLayers(lab, folder, { ...record, layers });
        emptyTrash(lab).catch(() => {});
      });
    },

    destroy(name) {
      return inTurn(name, async () => {
        if (indexOf(name) === 0) return;
        const { folder, labId } = await open();
        if (await exists(machineFolder(folder, name).dir)) await removeMachine(folder, labId, name);
      });
    },

    async endpoint(name) {
      const { folder, network, clientKey } = await open();
      const record = await recordOf(folder, name);
      return {
        host: machineAddress(network.subnet, indexOf(name)),
        port: 22,
        user: 'root',
        privateKey: clientKey.privateKey,
        hostKeys: [record.hostKey.publicKey],
      };
    },

    async close() {
      await opening?.catch(() => {});
      await packageCache?.close();
      packageCache = null;
      opening = null;
      preparing = null;
    },
  };
}
