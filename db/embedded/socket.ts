import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './account.ts';

/** The kernel's limit for the path of a Unix socket, in bytes. */
const LONGEST_PATH = 107;

/**
 * The folder of the server's socket, for its account alone (0700), because whoever reaches the socket is let in.
 * It lies in the data folder, or, where that path is too long for a socket, in a fresh temporary folder,
 * whose name is kept in `socket-folder` so that it is used again.
 */
export async function prepareSocketFolder(folder: string, account: Account): Promise<string> {
  const near = join(folder, 'socket');
  if (fits(near)) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    await account.own(near);
    return near;
  }
  const record = join(folder, 'socket-folder');
  const known = await readFile(record, 'utf8').catch(() => undefined);
  if (known && (await isStillOurs(known, folder))) return known;
  const parents = process.getuid?.() === 0 ? ['/tmp'] : [tmpdir(), '/tmp'];
  const parent = parents.find((path) => fits(join(path, 'postgres-XXXXXX'))) ?? '/tmp';
  const far = await mkdtemp(join(parent, 'postgres-'));
  await account.own(far);
  await writeFile(record, far, { mode: 0o600 });
  return far;
}

/** After the server has stopped: the temporary folder goes, the one in the data folder may stay. */
export async function dropSocketFolder(folder: string, socketFolder: string): Promise<void> {
  if (socketFolder.startsWith(`${folder}/`)) return;
  await rm(socketFolder, { recursive: true, force: true });
  await rm(join(folder, 'socket-folder'), { force: true });
}

function fits(socketFolder: string): boolean {
  return Buffer.byteLength(join(socketFolder, '.s.PGSQL.5432')) <= LONGEST_PATH;
}

/** Temporary folders are anybody's to make: take up only one that has the owner of the data folder and is closed to others. */
async function isStillOurs(path: string, folder: string): Promise<boolean> {
  try {
    const [socketFolder, dataFolder] = await Promise.all([lstat(path), lstat(folder)]);
    return (
      socketFolder.isDirectory() &&
      socketFolder.uid === dataFolder.uid &&
      (socketFolder.mode & 0o777) === 0o700
    );
  } catch {
    return false;
  }
}
