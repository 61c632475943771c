import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { removeLabCgroups } from './cgroups.ts';
import { run, succeeds } from './command.ts';
import { exists } from './disk-file.ts';
import { removeHalfBuilt } from './half-built.ts';
import { restoreKernelSettings } from './kernel-settings.ts';
import { defaultCacheDir, type LabFolder, type LabRecord, labFolder, readLabRecord } from './lab-folder.ts';
import { machineFolder } from './machine-record.ts';
import { labNetwork, networkDown, removeNamespace } from './network.ts';
import { stopMachine } from './nspawn.ts';
import { mountedThere, mountsBelow, removeFolder } from './remove-folder.ts';
import { stopRootlessMachine } from './rootless-run.ts';

/**
 * Removes everything that the lab in `dir` has on this machine: machines, layers, network, cgroups, base, keys. Works
 * without a running bot. Resolves to lines that say what was removed. A cache folder elsewhere may serve other labs and stays. What
 * is mounted below `dir` is left alone and keeps the lab from being removed. Rejects with {@link ProviderError}, and can be repeated then.
 */
export async function destroyLab(dir: string): Promise<string[]> {
  const folder = labFolder(dir);
  const record = await readLabRecord(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
    throw new ProviderError(
      'failed',
      `${dir} belongs to another user: remove the lab as the user who made it`,
    );
  });
  if (!record) return removeRest(dir);
  const asRoot = process.getuid?.() === 0;
  if (record.driver === 'booted' && !asRoot) {
    throw new ProviderError('failed', `the lab in ${dir} was made by root: remove it as root`);
  }
  await removeHalfBuilt(defaultCacheDir(dir));
  const mounts = await mountsBelow(dir);
  if (mounts.length > 0) throw new ProviderError('failed', mountedThere(dir, mounts));
  const lines =
    record.driver === 'booted' ? await removeBooted(folder, record) : await removeRootless(folder);
  await removeAllOf(folder);
  lines.push(`removed ${dir}`);
  if (record.cacheDir !== defaultCacheDir(dir) && (await exists(record.cacheDir))) {
    lines.push(`left ${record.cacheDir}: base and packages, which other labs may share; remove it by hand`);
  }
  return lines;
}

/** The record last: as long as anything is left, the lab is known and can be removed again. */
async function removeAllOf({ dir, recordFile }: LabFolder): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    if (path !== recordFile) await removeFolder(path);
  }
  await removeFolder(dir);
}

/** Of a lab whose record is gone, because its removal was cut off. A process that looks for a lab leaves a lock of its own in the folder. */
async function removeRest(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  if (names.every((name) => name === 'lock')) return [`no lab in ${dir}`];
  await removeHalfBuilt(defaultCacheDir(dir));
  await removeFolder(dir);
  return [`removed ${dir}: what was left of a lab`];
}

async function removeBooted(folder: LabFolder, record: LabRecord): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await machinesIn(folder)) {
    await stopMachine(record.id, name, machineFolder(folder, name));
    await removeNamespace(record.id, name);
    lines.push(`removed machine ${name}`);
  }
  if (record.subnet !== undefined) lines.push(...(await networkDown(labNetwork(record.id, record.subnet))));
  lines.push(...(await removeLabCgroups(record.id)).map((path) => `removed cgroup ${path}`));
  lines.push(...(await restoreKernelSettings(folder, await otherLabsAreUp())));
  return lines;
}

async function otherLabsAreUp(): Promise<boolean> {
  if (!(await succeeds(['nft', '--version']))) return false;
  return /^table inet deployday_/m.test(await run(['nft', 'list', 'tables']));
}

async function removeRootless(folder: LabFolder): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await machinesIn(folder)) {
    await stopRootlessMachine(machineFolder(folder, name));
    lines.push(`removed machine ${name}`);
  }
  return lines;
}

/** None when an earlier removal has come that far. */
function machinesIn(folder: LabFolder): Promise<string[]> {
  return readdir(folder.machines).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
