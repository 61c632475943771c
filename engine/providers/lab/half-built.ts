import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeAbandonedFolder } from './remove-folder.ts';

const prefix = 'building-';

/** A folder to build a base file system in; until it is renamed it counts as half built. */
export function freshBuildFolder(cacheDir: string): Promise<string> {
  return mkdtemp(join(cacheDir, prefix));
}

/** Folders, and files beside them, that an unfinished build has left. */
export async function halfBuilt(cacheDir: string): Promise<string[]> {
  const names = await readdir(cacheDir).catch(() => []);
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(cacheDir, name));
}

/** Removes them, and what a builder that was killed has left mounted there. Nobody may be building. */
export async function removeHalfBuilt(cacheDir: string): Promise<void> {
  for (const path of await halfBuilt(cacheDir)) await removeAbandonedFolder(path);
}
