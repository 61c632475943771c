import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOwnerThere } from './owner.ts';

/** What the name of a playbook's folder begins with, in the temporary folder. */
export const FOLDER = 'deployday-playbook-';

/** A process that goes on writes into its folder every second. */
const SILENT_MS = 3_600_000;

/**
 * Removes the folders of playbooks whose process has ended without doing that, killed, say: keys and secrets lie in them. Only real
 * folders of this user that nobody else may enter; a link is not followed. How many there were.
 */
export async function removeLeftFolders(): Promise<number> {
  const dir = tmpdir();
  let removed = 0;
  for (const name of await readdir(dir)) {
    if (!name.startsWith(FOLDER)) continue;
    const folder = join(dir, name);
    if (!(await isLeft(folder))) continue;
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    removed += 1;
  }
  return removed;
}

async function isLeft(folder: string): Promise<boolean> {
  // Another process may be removing it just now.
  const found = await lstat(folder).catch(() => null);
  if (!found?.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) return false;
  const isThere = await isOwnerThere(folder);
  return isThere === null ? Date.now() - found.mtimeMs > SILENT_MS : !isThere;
}
