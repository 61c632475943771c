import { randomBytes } from 'node:crypto';
import { access, open, readFile, rename } from 'node:fs/promises';

/** Replaces the file at once: a reader, or a start after a crash, sees the old text or the new, never half of one. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  const fresh = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = await open(fresh, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
