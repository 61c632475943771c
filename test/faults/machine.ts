import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, readFile, readlink, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { prepareSshd, type SshdSite } from '../support/sshd.ts';
import { until } from '../support/until.ts';

/** A process on a machine: what it is, and the task that it belongs to. */
export interface MachineProcess {
  readonly pid: number;
  readonly command: string;
  /** The value of DEPLOYDAY_TASK in its environment; empty if it has none. */
  readonly task: string;
}

/**
 * A machine of its own as far as that goes without a kernel of its own: sshd behind a TCP proxy, with its own processes, boot
 * id and disk for tasks. Cutting its power ends everything that runs on it. Needs root.
 */
export interface Machine {
  readonly site: SshdSite;
  /** Where it is reached. */
  readonly proxy: TcpProxy;
  /** Ends every process, as when the power goes; what was written stays. */
  cutPower(): Promise<void>;
  /** Starts it with another boot id. `disk`: bytes that its disk for tasks has room for, null as the host has; default, as before. */
  boot(options?: { disk?: number | null }): Promise<void>;
  /** How large its disk for tasks is, in bytes; null: as the host's. */
  disk(): number | null;
  /** Empties its disk for tasks. */
  wipe(): Promise<void>;
  /** Where this host sees its {@link COPIED}. */
  readonly copied: string;
  /** Ends sshd and every session, as in a crash; tasks go on. */
  killSshd(): Promise<void>;
  startSshd(): Promise<void>;
  /** Leaves only so many bytes free on its disk for tasks. */
  fillDisk(free: number): Promise<void>;
  freeDisk(): Promise<void>;
  /** Everything that runs on it but sshd and what has started sshd. */
  processes(): Promise<MachineProcess[]>;
  /** The tasks that it has on record. */
  tasks(): Promise<string[]>;
  stop(): Promise<void>;
}

/** A folder that is each machine's own, whatever becomes of its disk for tasks: files are copied there. */
export const COPIED = '/mnt';

/**
 * The machine's first process. It takes in what loses its parent, as any init does. `$1`: the machine's folder; `$2`, `$3`:
 * where its disk is and how large.
 */
const INIT = `
set -eu
mount --bind "$1/boot-id" /proc/sys/kernel/random/boot_id
mkdir -p "$2" "$1/copied"
mount --bind "$1/copied" ${COPIED}
[ -z "$3" ] || mount -t tmpfs -o "size=$3" deployday-test "$2"
while :; do
  while [ -e "$1/sshd-down" ]; do sleep 0.02; done
  /usr/sbin/sshd -D -e -f "$1/sshd_config" 2>"$1/sshd.log" &
  wait
done`;

export async function startMachine(options: { alsoAuthorized?: readonly string[] } = {}): Promise<Machine> {
  const site = await prepareSshd(options);
  const proxy = await startProxy({ host: '127.0.0.1', port: site.port });
  const down = join(site.dir, 'sshd-down');
  const log = join(site.dir, 'sshd.log');
  let namespace: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let init = 0;
  let diskSize: number | null = null;

  async function boot({ disk: size = diskSize }: { disk?: number | null } = {}): Promise<void> {
    diskSize = size;
    await writeFile(join(site.dir, 'boot-id'), `${randomUUID()}\n`);
    await rm(down, { force: true });
    await rm(log, { force: true });
    const unshare = ['unshare', '--pid', '--mount', '--fork', '--mount-proc', '--kill-child'];
    const words = ['/bin/sh', '-c', INIT, 'machine', site.dir, site.stateDir, String(size ?? '')];
    // It must not outlive a test run that is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    namespace = child;
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    ended = new Promise((resolve) => child.once('exit', () => resolve()));
    init = await until(() => onlyChild(child, said), { what: 'the machine to have a first process' });
    await listening();
  }

  const listening = () =>
    until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('Server listening on'), {
      what: `sshd to listen on ${site.port}`,
    });

  async function cutPower(): Promise<void> {
    if (init === 0) return;
    tryKill(init);
    await ended;
    init = 0;
  }

  /** With their numbers on the host. */
  async function everything(): Promise<MachineProcess[]> {
    const mine = await readlink(`/proc/${init}/ns/pid`).catch(() => null);
    if (mine === null) return [];
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== init);
    const found = await Promise.all(
      pids.map(async (pid) => {
        if ((await readlink(`/proc/${pid}/ns/pid`).catch(() => null)) !== mine) return [];
        return [await describeProcess(Number(pid))];
      }),
    );
    return found.flat().filter(({ command }) => command !== '');
  }

  const isSshd = ({ command }: MachineProcess) => /^(\/usr\/sbin\/)?sshd\b/.test(command);
  /** Its disk for tasks as the machine sees it. */
  const seenDisk = () => join(`/proc/${init}/root`, site.stateDir);

  await boot();
  return {
    site,
    proxy,
    cutPower,
    boot,
    disk: () => diskSize,
    copied: join(site.dir, 'copied'),
    wipe: () => rm(site.stateDir, { recursive: true, force: true }),
    async killSshd() {
      await writeFile(down, '');
      for (const each of await everything()) if (isSshd(each)) tryKill(each.pid);
      await until(async () => !(await everything()).some(isSshd), { what: 'sshd to end' });
    },
    async startSshd() {
      await rm(log, { force: true });
      await rm(down, { force: true });
      await listening();
    },
    async fillDisk(free) {
      const { bavail, bsize } = await statfs(seenDisk());
      const file = await open(join(seenDisk(), '.filler'), constants.O_CREAT | constants.O_WRONLY);
      await file.write(Buffer.alloc(Math.max(0, bavail * bsize - free)));
      await file.close();
    },
    freeDisk: () => rm(join(seenDisk(), '.filler'), { force: true }),
    async processes() {
      return (await everything()).filter((each) => !isSshd(each) && !each.command.startsWith('sleep 0.02'));
    },
    tasks: () => readdir(join(seenDisk(), 'task')).catch(() => []),
    async stop() {
      await proxy.stop();
      await cutPower();
      namespace?.kill('SIGKILL');
      await rm(site.dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export const processesOn = async (machines: readonly Machine[]): Promise<MachineProcess[]> =>
  (await Promise.all(machines.map((machine) => machine.processes()))).flat();

/** The child of a process that has one; 0 as long as it has none. */
async function onlyChild({ pid, exitCode }: ChildProcess, said: string): Promise<number> {
  if (exitCode !== null) throw new Error(`the machine could not be started: ${said.trim()} (${exitCode})`);
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number(children.trim().split(' ')[0] ?? 0);
}

/** A process that is gone or a zombie has no command. */
async function describeProcess(pid: number): Promise<MachineProcess> {
  const words = (file: string) =>
    readFile(`/proc/${pid}/${file}`, 'latin1').then(
      (text) => text.split('\0').filter((word) => word !== ''),
      () => [],
    );
  const [command, environment] = await Promise.all([words('cmdline'), words('environ')]);
  const mark = 'DEPLOYDAY_TASK=';
  const task = environment.find((each) => each.startsWith(mark))?.slice(mark.length) ?? '';
  return { pid, command: command.join(' '), task };
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
