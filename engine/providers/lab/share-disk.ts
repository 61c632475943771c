import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists } from './disk-file.ts';
import type { MachinePlace } from './driver.ts';
import type { MachineRecord } from './machine-record.ts';
import { diskOfLayer, faultOf, layersOf, type SharedLayer, spoilLayer, touchLayer } from './shared-layers.ts';

/**
 * A machine's disk becomes a shared layer by being moved, not copied: the record says so first (`sharing`), the stopped machine's
 * disk is moved, what makes the machine itself is taken off it, and the machine stands on it with a new disk from then on.
 * {@link settleSharing} goes on from wherever a killed process left it.
 */
export async function settleSharing(
  { lab }: MachinePlace,
  record: MachineRecord,
  write: (record: MachineRecord) => Promise<void>,
): Promise<MachineRecord> {
  const { sharing, ...rest } = record;
  if (!sharing) return record;
  const disk = diskOfLayer(lab, sharing.id);
  const moved = await exists(disk);
  if (moved) await strip(disk);
  const settled: MachineRecord = moved
    ? { ...rest, standsOn: [sharing.id, ...rest.standsOn], sharedKey: sharing.key, resetPending: true }
    : rest;
  await write(settled);
  return settled;
}

/** Moves the stopped machine's disk to where the record says that its layer is to be. */
export async function moveDisk({ lab, folder }: MachinePlace, id: string): Promise<void> {
  const disk = diskOfLayer(lab, id);
  await mkdir(dirname(disk), { recursive: true, mode: 0o700 });
  await rename(folder.upper, disk);
}

/** The first of these keys of which a whole layer is kept upon this base. Layers that are not whole are taken out of use, with a note. */
export async function chooseLayer(
  { lab, name }: MachinePlace,
  keys: readonly string[],
  base: string,
  log: (line: string) => void,
): Promise<SharedLayer | null> {
  const kept = (await layersOf(lab)).filter((layer) => layer.base === base);
  for (const key of keys) {
    for (const layer of kept.filter((one) => one.key === key)) {
      const fault = await faultOf(lab, layer);
      if (fault === null) {
        await touchLayer(lab, layer.id);
        return layer;
      }
      log(`${name} does not begin from layer ${key.slice(0, 8)}: ${fault}; the layer is removed`);
      await spoilLayer(lab, layer.id);
    }
  }
  return null;
}

/** What a machine has for itself; the next machine is given its own (machine-disk.ts), or makes it at its first boot. */
const OWN: readonly string[] = [
  ...['etc/hostname', 'etc/hosts', 'etc/machine-id', 'etc/resolv.conf', 'var/lib/dbus/machine-id'],
  ...['root/.ssh', 'root/.bash_history', 'var/lib/deployday'],
  ...['var/lib/systemd/random-seed', 'var/lib/systemd/credential.secret', 'var/lib/systemd/timers'],
  ...[
    'var/lib/urandom/random-seed',
    'var/lib/systemd/timesync',
    'var/log/journal',
    'var/log/wtmp',
    'var/log/btmp',
  ],
  ...['run', 'tmp', 'var/tmp'],
];

/** Takes what makes the machine itself off its disk; again it does no harm. What a file hid, if the base has it, is seen again. */
async function strip(disk: string): Promise<void> {
  for (const path of OWN) await rm(join(disk, path), { recursive: true, force: true });
  const ssh = join(disk, 'etc/ssh');
  for (const file of await readdir(ssh).catch(() => []))
    if (file.startsWith('ssh_host_')) await rm(join(ssh, file), { force: true });
}
