import { readFile, readlink, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataFolderError, shownPath } from './problem.ts';

const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 15_000;

/** What a running server writes about itself into its cluster. */
export interface PidFile {
  readonly pid: number;
  readonly socketFolder: string;
  readonly ready: boolean;
}

export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socketFolder: lines[4] ?? '', ready: lines[7] === 'ready' };
}

/**
 * Stops a server that an earlier process left running on this cluster. The caller holds the folder's lock,
 * so nobody is using it. Afterwards the cluster can be started; what the server had not yet written is recovered then.
 */
export async function stopLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const found = await readPidFile(cluster);
  if (!found) return;
  if (!(await servesCluster(found.pid, cluster))) {
    if (isAlive(found.pid)) await forgetPid(cluster);
    return;
  }
  log(`stopping the PostgreSQL that an earlier process left running (pid ${found.pid})`);
  for (const [signal, patience] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    sendSignal(found.pid, signal, cluster);
    if (await isGone(found.pid, cluster, patience)) return;
  }
  throw new DataFolderError(
    `a PostgreSQL (pid ${found.pid}) runs on ${shownPath(cluster)} and does not stop; end it with kill -9 ${found.pid} and start again`,
  );
}

/** A server's working directory is its cluster; that tells it from a process that was given the same pid later. */
async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') return false;
    throw new DataFolderError(
      `cannot tell whether pid ${pid}, of another user, is the PostgreSQL of ${shownPath(cluster)}; stop it, or start as that user`,
    );
  }
}

async function isGone(pid: number, cluster: string, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (await servesCluster(pid, cluster)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function sendSignal(pid: number, signal: NodeJS.Signals, cluster: string): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new DataFolderError(
      `may not stop the PostgreSQL (pid ${pid}) that runs on ${shownPath(cluster)}; start as the user whose it is`,
      { cause: error },
    );
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The pid now belongs to some other process (or to a zombie), for which PostgreSQL would refuse to start. A pid that
 * cannot exist takes its place; the rest stays, by which PostgreSQL sees whether its shared memory is still in use.
 */
async function forgetPid(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const [, ...rest] = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, ['2147483647', ...rest].join('\n'));
}
