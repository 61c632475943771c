import { chownSync, closeSync, copyFileSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainFileError } from './problem.ts';

const LARGEST_BYTES = 4 * 1024 * 1024;
const LOOK_EVERY_MS = 60_000;

/** The file that PostgreSQL writes its messages to. At 4 MiB it becomes `….1`, which replaces the one before. */
export interface LogFile {
  readonly path: string;
  /** Hand this to the server as its standard error. */
  readonly fd: number;
  /** What was written since the file was opened. */
  sinceOpened(): string;
  close(): void;
}

export function openLogFile(path: string): LogFile {
  try {
    rotateIfLarge(path);
    const fd = openSync(path, 'a', 0o600);
    // Keep it the folder owner's when root started us, so that the owner can start again later.
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(dirname(path));
      chownSync(path, uid, gid);
    }
    const start = statSync(path).size;
    const timer = setInterval(() => rotateIfLarge(path), LOOK_EVERY_MS).unref();
    return {
      path,
      fd,
      sinceOpened: () => readFileSync(path).subarray(start).toString(),
      close: () => {
        clearInterval(timer);
        closeSync(fd);
      },
    };
  } catch (error) {
    throw explainFileError(error, 'write', path);
  }
}

/** The server holds the file open for appending, so it is copied and emptied, not renamed. */
function rotateIfLarge(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LARGEST_BYTES) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}
