import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Deeper than any blueprint; a link that leads back up ends here. */
const DEEPEST = 8;

/**
 * What `read` makes of these folders, read anew only when something in them has changed: blueprints may copy files of many
 * megabytes, and every command asks for them. A file counts as changed with its size, inode or change time, which nobody
 * can set back.
 */
export function keptWhileUnchanged<T>(folders: readonly string[], read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly signature: string; readonly value: Promise<T> } | null = null;
  return async () => {
    // Looked at before reading: what is edited meanwhile is read again at the next question.
    const signature = (await Promise.all(folders.map((folder) => signatureOf(folder, 0)))).join('\n');
    if (kept?.signature === signature) return kept.value;
    const value = read();
    kept = { signature, value };
    value.catch(() => {
      kept = null;
    });
    return value;
  };
}

/** What there is at this path: a file, or a folder with all that is in it. */
async function signatureOf(path: string, depth: number): Promise<string> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error.code);
  if (typeof found !== 'object') return `${path} ${found}`;
  const own = `${path} ${found.ino} ${found.size} ${found.ctimeNs}`;
  if (!found.isDirectory() || depth === DEEPEST) return own;
  const names = await readdir(path).catch((): string[] => []);
  const inside = await Promise.all(names.sort().map((name) => signatureOf(join(path, name), depth + 1)));
  return [own, ...inside].join('\n');
}
