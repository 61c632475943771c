import { readdir, rm } from 'node:fs/promises';
import { ProviderError } from '../../provider.ts';
import { removeLabCgroups } from './cgroups.ts';
import { run, succeeds } from './command.ts';
import { exists } from './disk-file.ts';
import { restoreKernelSettings } from './kernel-settings.ts';
import { defaultCacheDir, type LabFolder, type LabRecord, labFolder, readLabRecord } from './lab-folder.ts';
import { machineFolder } from './machine-record.ts';
import { labNetwork, networkDown, removeNamespace } from './network.ts';
import { stopMachine } from './nspawn.ts';
import { stopRootlessMachine } from './rootless-run.ts';

/**
 * Removes everything that the lab in `dir` has on this machine: machines, layers, network, cgroups, base, keys. Works
 * without a running bot. Resolves to lines that say what was removed. A cache folder elsewhere may serve other labs and stays.
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
  if (!record) return [`no lab in ${dir}`];
  const asRoot = process.getuid?.() === 0;
  if (record.driver === 'booted' && !asRoot) {
    throw new ProviderError('failed', `the lab in ${dir} was made by root: remove it as root`);
  }
  const lines =
    record.driver === 'booted' ? await removeBooted(folder, record) : await removeRootless(folder);
  await rm(dir, { recursive: true, force: true });
  lines.push(`removed ${dir}`);
  if (record.cacheDir !== defaultCacheDir(dir) && (await exists(record.cacheDir))) {
    lines.push(`left ${record.cacheDir}: base and packages, which other labs may share; remove it by hand`);
  }
  return lines;
}

async function removeBooted(folder: LabFolder, record: LabRecord): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await readdir(folder.machines)) {
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
  for (const name of await readdir(folder.machines)) {
    await stopRootlessMachine(machineFolder(folder, name));
    lines.push(`removed machine ${name}`);
  }
  return lines;
}
