import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commandEnv } from './command.ts';

export interface LockOptions {
  /** Called when others have had it for a second. */
  readonly onWait?: () => void;
  /** Aborted, it ends the waiting for others, with its reason; `work` is left alone. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while holding an exclusive lock on `path` against other processes, waiting for it if need be. The kernel
 * frees the lock when we die, however we die: `flock` holds it and reads from us until we are gone.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  signal?.throwIfAborted();
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // Ctrl-C in our terminal does not free it before `work` has ended
    env: commandEnv(),
  });
  const giveUp = () => holder.kill();
  signal?.addEventListener('abort', giveUp, { once: true });
  const waiting = onWait ? setTimeout(onWait, 1000) : undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve());
      holder.once('error', (error) => reject(new Error(`cannot lock ${path}: ${error.message}`)));
      holder.once('exit', (code) => reject(new Error(`cannot lock ${path}: flock ended with ${code}`)));
    });
    signal?.removeEventListener('abort', giveUp);
    signal?.throwIfAborted();
    clearTimeout(waiting);
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    clearTimeout(waiting);
    holder.stdin.on('error', () => {});
    holder.stdin.end();
  }
}
