import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { run, succeeds } from './command.ts';
import { exists, readTextOrNull } from './disk-file.ts';
import type { Driver, DriverOptions } from './driver.ts';
import { type LabFolder, openLabFolder } from './lab-folder.ts';
import { createLabOpening } from './lab-opening.ts';
import { consoleTail } from './machine-disk.ts';
import { indexOf } from './machine-names.ts';
import { until } from './processes.ts';
import { diskFromLayer, diskOf, emptyDisk, rootlessUser } from './rootless-disk.ts';
import {
  dialInto,
  rootlessMachineIsUp,
  signalAll,
  startRootlessMachine,
  stopRootlessMachine,
} from './rootless-run.ts';
import { ensureSshd, type Sshd } from './rootless-sshd.ts';
import { greetsAsSsh } from './ssh-answers.ts';
import { keptSshKey, type SshKeyPair } from './ssh-keys.ts';

const mostRootless = 200;

interface Opened {
  readonly folder: LabFolder;
  readonly clientKey: SshKeyPair;
  readonly sshd: Sshd;
}

/**
 * Machines for a user without rights: namespaces of their own over this host's programs. They have no packages, services or
 * network beyond themselves, and everything on them belongs to that one user.
 */
export function createRootlessDriver(options: DriverOptions): Driver {
  const lab = createLabOpening(openLab);
  const { opened } = lab;

  async function openLab(progress: (line: string) => void): Promise<Opened> {
    await checkNamespaces();
    const { folder } = await openLabFolder(options.dir, 'rootless', options.cacheDir);
    await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
    const sshd = await ensureSshd(options.cacheDir, progress);
    await linkSshdFiles(folder, sshd);
    return { folder, clientKey: await keptSshKey(folder.clientKeyFile), sshd };
  }

  // within the machine's own loopback: the address is its own, and nobody else can use it
  const address = (name: string) => `127.0.1.${10 + indexOf(name)}`;

  return {
    can: { reset: true, snapshot: true, layers: false, packages: false },
    summary: "rootless machines with this host's programs: no packages, no services, no network",
    capacity: Math.min(options.nodes, mostRootless),

    open: async (progress = options.log) => (await lab.open(progress)).folder,

    async prepareBase(progress) {
      progress(`rootless machines (run as root for machines with packages and services)`);
      return [];
    },

    address,
    isUp: ({ folder }) => rootlessMachineIsUp(folder),

    async renewDisk(machine, record) {
      const { clientKey, sshd } = opened();
      const [layer] = record.standsOn;
      const identity = { ...record, address: address(machine.name), clientPublicKey: clientKey.publicKey };
      if (layer !== undefined) await diskFromLayer(machine, layer);
      else await emptyDisk(machine, identity, sshd.options);
      return { ...record, standsOn: [] }; // a copy stands on nothing
    },

    start: (machine, record) => startRootlessMachine(machine, record.spec.hostname),

    async answers({ name, folder }) {
      const { command } = opened().sshd;
      const greets = async () => greetsAsSsh(await dialInto(folder, command), 10_000);
      if (await until(greets, 60_000, 100)) return;
      const said = (await consoleTail(folder)) || 'no output';
      throw new ProviderError(
        'failed',
        `rootless machine ${name} runs but its sshd does not answer: ${said}; reset it, or look at ${folder.log}`,
      );
    },

    stop: ({ folder }) => stopRootlessMachine(folder),
    async release() {},
    diskOf,
    freeze: ({ folder }) => signalAll(folder, 'SIGSTOP'),
    thaw: ({ folder }) => signalAll(folder, 'SIGCONT'),

    async endpoint({ name, folder }, record) {
      const { clientKey, sshd } = opened();
      return {
        host: address(name),
        port: 22,
        user: rootlessUser().name,
        privateKey: clientKey.privateKey,
        hostKeys: [record.hostKey.publicKey],
        dial: () => dialInto(folder, sshd.command),
      };
    },

    async close() {
      lab.forget();
    },
  };
}

/** Machines find fetched sshd files at a fixed place in the lab's folder. */
async function linkSshdFiles(folder: LabFolder, { files }: Sshd): Promise<void> {
  const link = join(folder.dir, 'sshd-files');
  if (files === (await readlink(link).catch(() => null))) return;
  await rm(link, { force: true });
  if (files !== null) await symlink(files, link);
}

/** Rejects with what an administrator must allow, if an ordinary user may not make namespaces here. */
async function checkNamespaces(): Promise<void> {
  const tried = await run([
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--',
    'true',
  ]).then(
    () => null,
    (error: Error) => error,
  );
  if (tried === null) return;
  throw new ProviderError(
    'missing',
    `an ordinary user may not make user namespaces on this machine (${tried.message}); ${await whatForbids()}, or run as root`,
    { cause: tried },
  );
}

async function whatForbids(): Promise<string> {
  const settings = [
    { name: 'kernel.unprivileged_userns_clone', bad: '0', good: '1' },
    { name: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0' },
    { name: 'user.max_user_namespaces', bad: '0', good: '10000' },
  ];
  for (const { name, bad, good } of settings) {
    const text = await readTextOrNull(`/proc/sys/${name.replaceAll('.', '/')}`);
    if (text?.trim() === bad)
      return `${name} is ${bad}: an administrator allows it with: sysctl -w ${name}=${good}`;
  }
  if ((await exists('/.dockerenv')) || !(await succeeds(['unshare', '--version']))) {
    return 'this looks like a container: start it with permission for user namespaces (a seccomp profile that lets unshare through)';
  }
  return 'ask an administrator to allow unprivileged user namespaces';
}
