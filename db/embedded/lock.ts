import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fchownSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataFolderError, explainFileError, shownPath } from './problem.ts';

export interface FolderLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly started: string;
}

/**
 * Makes the data folder if it is absent (0700) and takes it for this process until `release()` or the process's end,
 * whatever ends it: the lock belongs to an open file and the kernel drops it, so there is no stale lock to clean up.
 * Throws a DataFolderError that names the holder when another process has it.
 */
export function lockDataFolder(dir: string): FolderLock {
  return lockFolder(dir, (where, holder) => {
    const by = holder ? `pid ${holder.pid} (started ${holder.started})` : 'another process';
    return `data folder ${where} is in use by ${by}; stop it, or start with DEPLOYDAY_DATA=./other`;
  });
}

/** As lockDataFolder, with the refusal in the caller's words. */
export function lockFolder(dir: string, refusal: (where: string, holder?: Holder) => string): FolderLock {
  const folder = resolve(dir);
  makePrivateFolder(folder);
  const file = join(folder, 'lock');
  const fd = openLockFile(file);
  try {
    if (!lockOpenFile(fd, file)) throw new DataFolderError(refusal(shownPath(folder), readHolder(file)));
    const holder: Holder = {
      pid: process.pid,
      started: new Date().toISOString().slice(0, 16).replace('T', ' '),
    };
    ftruncateSync(fd);
    writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
  } catch (error) {
    closeSync(fd);
    throw error instanceof DataFolderError ? error : explainFileError(error, 'lock', file);
  }
  let held = true;
  return {
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

/** Makes the folder for its owner alone, with its parents. An existing one is left as it is. */
export function makePrivateFolder(folder: string): void {
  try {
    // One by one: a recursive mkdir calls a read-only file system "no such file or directory".
    if (existsSync(folder)) return;
    if (!existsSync(dirname(folder))) makePrivateFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw explainFileError(error, 'make', folder);
  }
}

function openLockFile(file: string): number {
  try {
    const fd = openSync(file, 'a+', 0o600);
    // Root may start on somebody's folder: the file stays that person's, so that they can start again later.
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(dirname(file));
      fchownSync(fd, uid, gid);
    }
    return fd;
  } catch (error) {
    throw explainFileError(error, 'write', file);
  }
}

/** flock(1) locks the open file that it inherits and exits; the lock stays with our descriptor. */
function lockOpenFile(fd: number, file: string): boolean {
  const { status, error, stderr } = spawnSync('flock', ['--nonblock', '--exclusive', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    encoding: 'utf8',
  });
  if (error)
    throw new DataFolderError(`cannot lock ${shownPath(file)}: ${error.message}; install util-linux`);
  if (status !== 0 && status !== 1)
    throw new DataFolderError(`cannot lock ${shownPath(file)}: ${stderr.trim()}`);
  return status === 0;
}

function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    return typeof holder.pid === 'number' && typeof holder.started === 'string'
      ? { pid: holder.pid, started: holder.started }
      : undefined;
  } catch {
    return undefined; // it has the lock and has not yet written who it is
  }
}
