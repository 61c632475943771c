import { isAbsolute, relative } from 'node:path';

/**
 * Something about the data folder or its PostgreSQL that the person who starts the program can put right.
 * The message is one line: what was tried, where, why it failed, what to do.
 */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/** A path as the person would type it: relative when it lies below the working directory. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? path : `./${fromHere}`;
}

const ANOTHER_FOLDER = 'or choose another folder with DEPLOYDAY_DATA=./other';

/** Turns an error of the file system into a line that says what to do. */
export function explainFileError(error: unknown, doing: string, path: string): DataFolderError {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = shownPath(path);
  const reason = fileReason(code);
  const line = reason ? `cannot ${doing} ${where}: ${reason}` : `cannot ${doing} ${where}: ${message}`;
  return new DataFolderError(line, { cause: error });
}

function fileReason(code: string | undefined): string | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `permission denied; start as the user who owns it, give it to yourself with chown -R, ${ANOTHER_FOLDER}`;
    case 'EROFS':
      return `the file system is read-only; ${ANOTHER_FOLDER.slice(3)}`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `no space left on the disk; free some, ${ANOTHER_FOLDER}`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `a file is in the way; move it, ${ANOTHER_FOLDER}`;
    default:
      return undefined;
  }
}

/**
 * Turns what initdb or postgres wrote before it gave up into one line.
 * @param output its messages, newest last
 */
export function explainServerOutput(
  output: string,
  doing: string,
  dir: string,
  logFile: string,
): DataFolderError {
  const where = shownPath(dir);
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new DataFolderError(`cannot ${doing} in ${where}: ${fileReason('ENOSPC')}`);
  }
  if (/Read-only file system/.test(output)) {
    return new DataFolderError(`cannot ${doing} in ${where}: ${fileReason('EROFS')}`);
  }
  if (/error while loading shared libraries/.test(output)) {
    return new DataFolderError(
      `cannot ${doing} in ${where}: PostgreSQL's libraries are incomplete; remove node_modules and start again`,
    );
  }
  if (/Permission denied|invalid permissions|wrong ownership/.test(output)) {
    return new DataFolderError(
      `cannot ${doing} in ${where}: ${fileReason('EACCES')} (details: ${shownPath(logFile)})`,
    );
  }
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const told = lines.filter((line) => /\b(PANIC|FATAL|ERROR|error):/.test(line));
  const last = (told.at(-1) ?? lines.at(-1))?.replace(/^.*?\b(?:PANIC|FATAL|ERROR|error):\s*/, '');
  return new DataFolderError(
    `cannot ${doing} in ${where}: ${last ?? 'it ended without a message'} (log: ${shownPath(logFile)})`,
  );
}
