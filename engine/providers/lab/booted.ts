import { basename, join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { ensureBase } from './base.ts';
import { suites } from './base-recipe.ts';
import { freeze, thaw } from './cgroups.ts';
import { succeeds } from './command.ts';
import { installMissingPackages } from './debian-packages.ts';
import { exists } from './disk-file.ts';
import type { Driver, DriverOptions, MachinePlace } from './driver.ts';
import { changeKernelSettings } from './kernel-settings.ts';
import { type LabFolder, openLabFolder } from './lab-folder.ts';
import { createLabOpening } from './lab-opening.ts';
import { type LabPackageCache, runPackageCache } from './lab-package-cache.ts';
import { chosenSubnet } from './lab-subnet.ts';
import { consoleTail, freshDisk, hasUsableResolver, overlayOptions, readyDisk } from './machine-disk.ts';
import { indexOf } from './machine-names.ts';
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
import { keptSshKey, type SshKeyPair } from './ssh-keys.ts';
import { machineAddress, mostMachines } from './subnet.ts';

/** How long a machine may take until its sshd answers: half a second on a fast host, ten under emulation. */
const bootTimeoutMs = 180_000;

interface Opened {
  readonly folder: LabFolder;
  readonly labId: string;
  readonly network: LabNetwork;
  readonly clientKey: SshKeyPair;
  readonly packageCache: LabPackageCache;
}

/** Machines booted by systemd-nspawn on overlayfs, each in a network namespace of its own. Needs root. */
export function createBootedDriver(options: DriverOptions): Driver {
  const capacity = Math.min(options.nodes, mostMachines);
  const lab = createLabOpening(openLab);
  const { opened } = lab;

  async function openLab(progress: (line: string) => void): Promise<Opened> {
    if (!(await succeeds(['unshare', '--mount', '--', 'true']))) {
      throw new ProviderError(
        'missing',
        'this process is root but may not make namespaces (a container without privileges?): run as an ordinary user for rootless machines, or give the container --privileged',
      );
    }
    await installMissingPackages(progress);
    const { folder, record } = await openLabFolder(options.dir, 'booted', options.cacheDir);
    const network = labNetwork(record.id, await chosenSubnet(folder, record));
    await changeKernelSettings(folder, capacity, progress);
    await networkUp(network);
    const { cacheDir, suite, log } = options;
    const packageCache = await runPackageCache({ host: network.gateway, cacheDir, suite, log });
    return {
      folder,
      labId: record.id,
      network,
      clientKey: await keptSshKey(folder.clientKeyFile),
      packageCache,
    };
  }

  const address = (name: string) => machineAddress(opened().network.subnet, indexOf(name));

  return {
    can: { reset: true, snapshot: true, layers: options.layerBytes > 0, packages: true },
    summary: `${suites[options.suite]} machines booted on this host (systemd-nspawn)`,
    capacity,

    open: async (progress = options.log) => (await lab.open(progress)).folder,

    async prepareBase(progress, signal) {
      await installMissingPackages(progress);
      signal.throwIfAborted();
      const proxy = opened().packageCache.url;
      const { cacheDir, suite } = options;
      const base = await ensureBase({ cacheDir, suite, progress, proxy, signal });
      const drops = await foreignDrops();
      if (drops) progress(drops);
      if (!(await hasUsableResolver())) {
        progress(
          'machines cannot resolve names: /etc/resolv.conf names only servers on this host itself; add one that they can reach',
        );
      }
      return [basename(base)];
    },

    address,

    async isUp({ name, folder }) {
      return (await runningSupervisor(folder)) !== null && (await hasNamespace(opened().labId, name));
    },

    async renewDisk(machine, record) {
      const { clientKey } = opened();
      const identity = { ...record, address: address(machine.name), clientPublicKey: clientKey.publicKey };
      await freshDisk(machine.lab, machine.folder, record, identity);
      return record;
    },

    async start({ lab: folderOfLab, name, folder }, record) {
      const { labId, network } = opened();
      const basePath = join(options.cacheDir, record.standsOn.at(-1) ?? '');
      if (!(await exists(basePath))) {
        throw new ProviderError(
          'failed',
          `machine ${name} stands on ${basePath}, which is gone: destroy the machine, or put the cache folder back`,
        );
      }
      await readyDisk(folderOfLab, folder, basePath);
      await freshNamespace(network, labId, name, indexOf(name));
      const overlay = overlayOptions(name, record);
      await startMachine({ lab: folderOfLab, labId, name, hostname: record.spec.hostname, folder, overlay });
    },

    async answers({ name, folder }) {
      const hopeful = async () => (await runningSupervisor(folder)) !== null;
      if (await waitForSsh(address(name), 22, bootTimeoutMs, hopeful)) return;
      const said = (await consoleTail(folder)) || 'no console output';
      throw new ProviderError(
        'failed',
        `machine ${name} (${address(name)}) was started but its sshd does not answer: ${said}; reset it, or look at ${folder.log}`,
      );
    },

    stop: ({ name, folder }) => stopMachine(opened().labId, name, folder),

    async release({ name }) {
      await removeNamespace(opened().labId, name);
    },

    diskOf: ({ folder }) => folder.upper,

    async freeze(machine) {
      const running = await runningSupervisor(machine.folder);
      if (running) await freeze(await cgroups(machine), running.pid);
    },

    async thaw(machine) {
      const running = await runningSupervisor(machine.folder);
      if (running) await thaw(await cgroups(machine), running.pid);
    },

    async endpoint({ name }, record) {
      return {
        host: address(name),
        port: 22,
        user: 'root',
        privateKey: opened().clientKey.privateKey,
        hostKeys: [record.hostKey.publicKey],
      };
    },

    async close() {
      const closing = await lab.forget();
      await closing?.packageCache.close();
    },
  };

  function cgroups({ name }: MachinePlace) {
    return cgroupsOf(opened().labId, name);
  }
}
