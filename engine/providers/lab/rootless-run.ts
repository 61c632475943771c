import { spawn } from 'node:child_process';
import { open, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { ProviderError } from '../../provider.ts';
import { commandEnv } from './command.ts';
import { readTextOrNull, writeWhole } from './disk-file.ts';
import type { MachinePlace } from './driver.ts';
import { consoleTail } from './machine-disk.ts';
import type { MachineFolder } from './machine-record.ts';
import { runningSupervisor } from './nspawn.ts';
import { childrenOf, isRunning, parentOf, signal, until } from './processes.ts';
import { rootlessStarter } from './rootless-starter.ts';

/** Starts the machine's first process and resolves when its file system is in place. It does not depend on our process. */
export async function startRootlessMachine(
  { lab, name, folder }: MachinePlace,
  hostname: string,
): Promise<void> {
  const starter = join(lab.dir, 'rootless-starter.sh');
  if ((await readTextOrNull(starter)) !== rootlessStarter) await writeWhole(starter, rootlessStarter);
  await rm(folder.runningFile, { force: true });
  await rm(stateFile(folder), { force: true });
  const output = await open(folder.log, 'w', 0o600);
  const child = spawn('sh', [starter, 'outside'], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    env: commandEnv({ MACHINE_DIR: folder.dir, MACHINE_HOSTNAME: hostname, STARTER: starter }),
  });
  let ended = false;
  for (const event of ['exit', 'error']) child.once(event, () => (ended = true));
  child.unref();
  await output.close();
  const ready = async () => ended || (await readTextOrNull(stateFile(folder)))?.trim() === 'ready';
  if (!(await until(ready, 60_000)) || ended) {
    const said = (await consoleTail(folder)) || 'no output';
    throw new ProviderError(
      'failed',
      `rootless machine ${name} did not start: ${said}; reset it, or look at ${folder.log}`,
    );
  }
}

/** True once its file system is in place and while it runs. */
export async function rootlessMachineIsUp(folder: MachineFolder): Promise<boolean> {
  return (await initOf(folder)) !== null && (await readTextOrNull(stateFile(folder)))?.trim() === 'ready';
}

/** Ends everything in the machine: its first process takes the whole pid namespace with it. */
export async function stopRootlessMachine(folder: MachineFolder): Promise<void> {
  const supervisor = await runningSupervisor(folder);
  if (!supervisor) return;
  const ended = (timeoutMs: number) => until(async () => !(await isRunning(supervisor)), timeoutMs, 5);
  const inits = await childrenOf(supervisor.pid);
  for (const init of inits) signal(init, 'SIGKILL');
  if (inits.length === 0 || !(await ended(5_000))) signal(supervisor.pid, 'SIGKILL');
  if (!(await ended(30_000))) {
    throw new ProviderError('failed', `process ${supervisor.pid} of ${folder.dir} does not end`);
  }
  await rm(folder.runningFile, { force: true });
}

/**
 * SIGSTOP or SIGCONT for what runs in the machine; an ordinary user has no freezer. Left out are its first process and the
 * sshds, whose parents are outside: `nsenter` stops itself when its child is stopped, and nobody would wake it.
 */
export async function signalAll(folder: MachineFolder, name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const init = await initOf(folder);
  if (init === null) return;
  const space = await readlink(`/proc/${init}/ns/pid`);
  const members = new Set<number>();
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)) {
    if ((await readlink(`/proc/${pid}/ns/pid`).catch(() => '')) === space) members.add(pid);
  }
  for (const pid of members) if (members.has(await parentOf(pid))) signal(pid, name);
}

/**
 * A byte stream to an sshd of its own inside the machine, which nothing on this host listens for. sshd runs as the ordinary
 * user in a user namespace inside the machine's: as uid 0 of a namespace with one user it fails to set groups.
 */
export async function dialInto(folder: MachineFolder, sshd: readonly string[]): Promise<Duplex> {
  const init = await initOf(folder);
  if (init === null)
    throw new ProviderError('failed', `rootless machine ${folder.dir} is not running: reset it`);
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const namespaces = ['user', 'mount', 'pid', 'net', 'ipc', 'uts'].map((kind) => `--${kind}`);
  const child = spawn(
    'nsenter',
    [
      `--target=${init}`,
      ...namespaces,
      '--root',
      '--wd=/',
      '--preserve-credentials',
      '--',
      'unshare',
      '--user',
      `--map-user=${uid}`,
      `--map-group=${gid}`,
      '--',
      'env',
      '-i',
      ...sshd,
    ],
    { stdio: ['pipe', 'pipe', 'ignore'], detached: true, env: commandEnv() },
  );
  child.once('error', () => child.stdout.destroy());
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.once('close', () => {
    // sshd ends when its stream does; killing nsenter would leave it to the host's pid 1
    child.stdin.destroy();
    child.stdout.destroy();
  });
  return stream;
}

async function initOf(folder: MachineFolder): Promise<number | null> {
  const supervisor = await runningSupervisor(folder);
  return supervisor ? ((await childrenOf(supervisor.pid))[0] ?? null) : null;
}

function stateFile(folder: MachineFolder): string {
  return join(folder.dir, 'state');
}
