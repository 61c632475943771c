import type { RemoteFile, RemoteTask } from '../transport.ts';

/** What cannot be passed on is refused before anything is sent: these throw a RangeError. */

export function checkId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id)) {
    throw new RangeError(
      `not a task id (letters, digits and . _ - after a letter or digit): ${JSON.stringify(id)}`,
    );
  }
}

/** Linux passes at most this many bytes in one `NAME=value`, its NUL included. */
const LONGEST_VARIABLE = 131_072;

export function checkTask(task: RemoteTask): void {
  checkId(task.id);
  if (task.script.includes('\0')) throw new RangeError(`task ${task.id}: the script holds a NUL byte`);
  for (const [name, value] of Object.entries(task.env)) {
    const what = `task ${task.id}: environment variable ${JSON.stringify(name)}`;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`${what} is no name that a shell knows`);
    if (value.includes('\0')) throw new RangeError(`${what} holds a NUL byte`);
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
    if (bytes > LONGEST_VARIABLE) {
      throw new RangeError(
        `${what} has ${bytes} bytes; Linux passes at most ${LONGEST_VARIABLE}: copy a file instead`,
      );
    }
  }
}

export function checkFile({ path, mode, bytes, sha256 }: RemoteFile): void {
  const what = `file ${JSON.stringify(path)}`;
  if (!path.startsWith('/') || path.endsWith('/'))
    throw new RangeError(`${what} is no absolute path of a file`);
  if (path.includes('\0')) throw new RangeError(`${what} holds a NUL byte`);
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw new RangeError(`${what}: ${mode} are no permission bits`);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`${what}: ${bytes} is no length`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`${what}: ${sha256} is no SHA-256 in hex`);
}
