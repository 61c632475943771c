import { chmod, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MachineSpec } from '../../provider.ts';
import { readTextOrNull } from './disk-file.ts';
import { discard, type LabFolder } from './lab-folder.ts';
import type { MachineFolder, MachineRecord } from './machine-record.ts';
import { isSharedLayer } from './shared-layers.ts';

/** What a machine is told about itself and its lab when its disk is new. */
export interface Identity {
  readonly spec: MachineSpec;
  readonly address: string;
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  readonly machineId: string;
  readonly clientPublicKey: string;
}

/** A new, empty disk over what the machine stands on. It gets the machine's identity unless a layer of its own has it already. */
export async function freshDisk(
  lab: LabFolder,
  folder: MachineFolder,
  record: MachineRecord,
  identity: Identity,
): Promise<void> {
  await discard(lab, folder.upper);
  await discard(lab, folder.work);
  await mkdir(folder.upper, { recursive: true, mode: 0o755 });
  await chmod(folder.upper, 0o755); // it is the machine's "/"; the folder above is 0700
  if (!record.standsOn.some(isOwnLayer)) await writeIdentity(folder.upper, identity);
}

/** What must be so before every mount: mount point, work directory, the host's name servers. */
export async function readyDisk(lab: LabFolder, folder: MachineFolder, basePath: string) {
  await mkdir(folder.work, { recursive: true, mode: 0o700 });
  await mkdir(folder.root, { recursive: true, mode: 0o700 });
  // left by a "volatile" mount; the kernel would refuse the same upper again
  await rm(join(folder.work, 'work', 'incompat'), { recursive: true, force: true });
  await linkBase(lab, basename(basePath), basePath);
  await mkdir(join(folder.upper, 'etc'), { recursive: true, mode: 0o755 });
  const resolver = join(folder.upper, 'etc/resolv.conf');
  await rm(resolver, { recursive: true, force: true });
  await writeFile(resolver, await hostResolvers());
}

async function linkBase(lab: LabFolder, name: string, basePath: string): Promise<void> {
  const link = join(lab.bases, name);
  if ((await readlink(link).catch(() => null)) === basePath) return;
  await rm(link, { force: true });
  await symlink(basePath, link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // another machine's start was quicker
  });
}

/**
 * Mount options of the machine's disk, relative to its folder: short names keep them below the kernel's page, and free of
 * the colons and commas that a path may hold. `volatile` leaves out syncing, which a disk that is reset daily can do without.
 */
export function overlayOptions(name: string, record: MachineRecord): string {
  const lower = record.standsOn.map((part) => {
    if (isOwnLayer(part)) return `../../layers/${name}/${part}`;
    return isSharedLayer(part) ? `../../shared/${part}/fs` : `../../bases/${part}`;
  });
  return [
    'volatile,index=off,metacopy=off,redirect_dir=off',
    `lowerdir=${lower.join(':')}`,
    'upperdir=upper',
    'workdir=work',
  ].join(',');
}

/** Of what a machine stands on, a layer directory of its own. */
function isOwnLayer(part: string): boolean {
  return /^\d+$/.test(part);
}

async function writeIdentity(root: string, identity: Identity): Promise<void> {
  const put = async (path: string, text: string, mode = 0o644) => {
    await writeFile(join(root, path), text, { mode });
    await chmod(join(root, path), mode);
  };
  await mkdir(join(root, 'etc/ssh'), { recursive: true, mode: 0o755 });
  await mkdir(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 });
  await put('etc/hostname', `${identity.spec.hostname}\n`);
  await put('etc/hosts', hostsFile(identity.spec, identity.address));
  await put('etc/machine-id', `${identity.machineId}\n`, 0o444);
  await put('etc/ssh/ssh_host_ed25519_key', identity.hostKey.privateKey, 0o600);
  await put('etc/ssh/ssh_host_ed25519_key.pub', `${identity.hostKey.publicKey}\n`);
  await put('root/.ssh/authorized_keys', `${identity.clientPublicKey} deployday\n`, 0o600);
}

export function hostsFile(spec: MachineSpec, address: string): string {
  const others = Object.entries(spec.hosts ?? {}).map(([name, at]) => `${at} ${name}`);
  return ['127.0.0.1 localhost', `${address} ${spec.hostname}`, ...others, '::1 ip6-localhost', ''].join(
    '\n',
  );
}

/** The host's resolv.conf; where that points at the host's own loopback, the servers that systemd-resolved asks. */
export async function hostResolvers(): Promise<string> {
  const text = (await readTextOrNull('/etc/resolv.conf')) ?? '';
  if (usable(text)) return text;
  const behind = (await readTextOrNull('/run/systemd/resolve/resolv.conf')) ?? '';
  return usable(behind) ? behind : text;
}

function usable(text: string): boolean {
  return /^\s*nameserver\s+(?!127\.|::1)\S/m.test(text);
}

/** True if names can be resolved on machines; if not, `prepare` says what to do. */
export async function hasUsableResolver(): Promise<boolean> {
  return usable(await hostResolvers());
}

export async function consoleTail(folder: MachineFolder): Promise<string> {
  const text = await readFile(folder.log, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join(' / ');
}
