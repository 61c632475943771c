import { readFile, realpath, rm } from 'node:fs/promises';
import { sep } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { run } from './command.ts';

/** What is mounted below a folder as this process sees it, in the order in which it was mounted. The folder itself does not count. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return [];
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines
    .map((line) => unescaped(line.split(' ')[4] ?? ''))
    .filter((point) => point.startsWith(`${real}${sep}`));
}

/** The kernel writes blanks and backslashes of paths as `\040`, byte by byte. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Removes a folder and what is in it, never what is mounted there: as long as something is, it is refused. Missing is no error.
 * Rejects with {@link ProviderError}; can be repeated.
 */
export async function removeFolder(folder: string): Promise<void> {
  const mounts = await mountsBelow(folder);
  if (mounts.length > 0) throw new ProviderError('failed', mountedThere(folder, mounts));
  try {
    // What was killed a moment ago may still be writing.
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    throw new ProviderError(
      'failed',
      `cannot remove ${folder}: ${(error as Error).message}; end what uses it (fuser -vm shows that) and try again`,
      { cause: error },
    );
  }
}

export function mountedThere(folder: string, mounts: readonly string[]): string {
  return `cannot remove ${folder}, because something is mounted there: unmount ${mounts.join(', ')} (umount), then try again`;
}

/** The same for a folder whose mounts nobody needs any more: they are taken off first. */
export async function removeAbandonedFolder(folder: string): Promise<void> {
  // Lazily: what a builder without a parent still has open there does not keep it.
  for (const point of (await mountsBelow(folder)).reverse())
    await run(['umount', '--lazy', '--', point]).catch(() => {}); // what is still there is named below
  await removeFolder(folder);
}
