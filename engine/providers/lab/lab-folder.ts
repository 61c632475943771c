import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { readTextOrNull, writeWhole } from './disk-file.ts';

export type DriverName = 'booted' | 'rootless';

/** What a lab remembers of itself, in `lab.json`. */
export interface LabRecord {
  readonly version: 1;
  /** Five letters and digits; every name that this lab has on the machine (bridge, table, cgroups …) is made from it. */
  readonly id: string;
  readonly driver: DriverName;
  /** Where base file system and package cache lie. */
  readonly cacheDir: string;
  /** `10.x.y.0/22`, chosen free at first use. Booted driver only. */
  readonly subnet?: string;
  /** Kernel settings we changed, to be put back when the lab goes. */
  readonly settings?: Readonly<Record<string, { readonly before: string; readonly after: string }>>;
}

/** Where things lie in a lab's folder. The folder is 0700: what is in it belongs to root (or its owner) alone. */
export interface LabFolder {
  readonly dir: string;
  readonly recordFile: string;
  readonly clientKeyFile: string;
  readonly machines: string;
  readonly layers: string;
  /** Layers of cached steps, which new machines begin from. */
  readonly shared: string;
  /** Things on their way out: moved here at once, removed at leisure. */
  readonly trash: string;
  /** Links to the base file systems that machines stand on: short names for mount options. */
  readonly bases: string;
}

export function labFolder(dir: string): LabFolder {
  return {
    dir,
    recordFile: join(dir, 'lab.json'),
    clientKeyFile: join(dir, 'id_ed25519'),
    machines: join(dir, 'machines'),
    layers: join(dir, 'layers'),
    shared: join(dir, 'shared'),
    trash: join(dir, 'trash'),
    bases: join(dir, 'bases'),
  };
}

export function defaultCacheDir(dir: string): string {
  return join(dir, 'cache');
}

export async function readLabRecord(folder: LabFolder): Promise<LabRecord | null> {
  const text = await readTextOrNull(folder.recordFile);
  if (text === null) return null;
  try {
    return JSON.parse(text) as LabRecord;
  } catch (error) {
    throw new ProviderError(
      'failed',
      `${folder.recordFile} is damaged; remove the lab with "deployday lab destroy", or mend the file by hand`,
      { cause: error },
    );
  }
}

export async function writeLabRecord(folder: LabFolder, record: LabRecord): Promise<void> {
  await writeWhole(folder.recordFile, `${JSON.stringify(record, null, 2)}\n`);
}

/** Opens the lab's folder, or founds it. A lab made by the other driver is refused. */
export async function openLabFolder(dir: string, driver: DriverName, cacheDir: string) {
  const folder = labFolder(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const sub of [folder.machines, folder.layers, folder.shared, folder.trash, folder.bases]) {
    await mkdir(sub, { recursive: true, mode: 0o700 });
  }
  const found = await readLabRecord(folder);
  if (found && found.driver !== driver) {
    const who = found.driver === 'booted' ? 'root' : 'an ordinary user';
    throw new ProviderError(
      'failed',
      `the lab in ${dir} was made by ${who}; start as ${who}, remove it as ${who} with "deployday lab destroy", or set another data folder (DEPLOYDAY_DATA)`,
    );
  }
  if (found && found.cacheDir === cacheDir) return { folder, record: found };
  const record: LabRecord = found ? { ...found, cacheDir } : { version: 1, id: freshId(), driver, cacheDir };
  await writeLabRecord(folder, record);
  return { folder, record };
}

function freshId(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join('');
}

/** Takes a file or directory out of the way at once; {@link emptyTrash} frees the space. Missing is no error. */
export async function discard(folder: LabFolder, path: string): Promise<void> {
  const away = join(folder.trash, randomBytes(6).toString('hex'));
  await rename(path, away).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

export async function emptyTrash(folder: LabFolder): Promise<void> {
  const names = await readdir(folder.trash).catch(() => []);
  for (const name of names)
    await rm(join(folder.trash, name), { recursive: true, force: true, maxRetries: 3 });
}
