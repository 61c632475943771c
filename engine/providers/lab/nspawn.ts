import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ProviderError } from '../../provider.ts';
import {
  killAllIn,
  type MachineCgroups,
  machineCgroups,
  makeCgroups,
  removeCgroups,
  thaw,
} from './cgroups.ts';
import { type CommandError, commandEnv, run } from './command.ts';
import { exists, readTextOrNull, writeWhole } from './disk-file.ts';
import type { LabFolder } from './lab-folder.ts';
import { consoleTail } from './machine-disk.ts';
import type { MachineFolder } from './machine-record.ts';
import { machineStarter } from './machine-starter.ts';
import { namespaceOf } from './network.ts';
import { childrenOf, isRunning, type ProcessMark, signal, until } from './processes.ts';

export interface StartOptions {
  readonly lab: LabFolder;
  readonly labId: string;
  readonly name: string;
  readonly hostname: string;
  readonly folder: MachineFolder;
  readonly overlay: string;
}

/** True where systemd is PID 1: machines become units of it, so that they do not die with the bot's own unit or session. */
export async function hasSystemd(): Promise<boolean> {
  return exists('/run/systemd/system');
}

export function unitOf(labId: string, name: string): string {
  return `deployday-${labId}-${name}.service`;
}

export async function cgroupsOf(labId: string, name: string): Promise<MachineCgroups> {
  return machineCgroups(labId, name, (await hasSystemd()) ? unitOf(labId, name) : null);
}

/** Boots the machine and resolves when its supervisor has taken over; sshd is not up yet. It does not depend on our process. */
export async function startMachine(options: StartOptions): Promise<void> {
  const { lab, labId, name, folder } = options;
  const cgroups = await cgroupsOf(labId, name);
  const groups = await makeCgroups(cgroups);
  const starter = join(lab.dir, 'machine-starter.sh');
  if ((await readTextOrNull(starter)) !== machineStarter) await writeWhole(starter, machineStarter);
  const token = randomBytes(8).toString('hex');
  await rm(folder.runningFile, { force: true });
  await rm(folder.log, { force: true });
  await writeWhole(folder.startingFile, token);
  const command = ['unshare', '--mount', '--', 'sh', starter, ...groups, '--', ...nspawnCommand(options)];
  const env = {
    MACHINE_DIR: folder.dir,
    TOKEN: token,
    OVERLAY: options.overlay,
    SYSTEMD_NSPAWN_TMPFS_TMP: '0',
  };
  const failed = (await hasSystemd())
    ? await startUnit(unitOf(labId, name), cgroups, command, env, folder.log)
    : await startDetached(command, env, folder.log);
  const started = await until(async () => (await failed()) || (await exists(folder.runningFile)), 60_000);
  if (!started || (await failed())) {
    const said = (await consoleTail(folder)) || 'no console output';
    throw new ProviderError(
      'failed',
      `machine ${name} did not start: ${said}; reset it, or look at ${folder.log}`,
    );
  }
}

function nspawnCommand({ labId, name, hostname, folder }: StartOptions): string[] {
  const namespace = `/run/netns/${namespaceOf(labId, name)}`;
  return [
    // nspawn mounts the machine's /sys before it joins the namespace, and would show the host's interfaces there
    'nsenter',
    `--net=${namespace}`,
    '--',
    'systemd-nspawn',
    '--boot',
    '--quiet',
    '--register=no',
    '--keep-unit',
    `--directory=${folder.root}`,
    `--machine=${machineId(labId, name)}`,
    `--hostname=${hostname}`,
    `--network-namespace-path=${namespace}`,
    '--capability=CAP_NET_ADMIN', // which --network-namespace-path takes away
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
    '--console=pipe',
  ];
}

/** The name that nspawn knows the machine by. */
function machineId(labId: string, name: string): string {
  return `deployday-${labId}-${name}`;
}

/** In a session of its own, so that signals to our process group pass it by. */
async function startDetached(
  command: string[],
  env: Record<string, string>,
  log: string,
): Promise<() => Promise<boolean>> {
  const output = await open(log, 'w', 0o600);
  const child = spawn(command[0] ?? '', command.slice(1), {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    env: commandEnv(env),
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  child.unref();
  await output.close();
  return async () => ended;
}

async function startUnit(
  unit: string,
  cgroups: MachineCgroups,
  command: string[],
  env: Record<string, string>,
  log: string,
): Promise<() => Promise<boolean>> {
  const properties = ['Delegate=yes', 'KillMode=mixed', 'TasksMax=infinity', `StandardOutput=append:${log}`];
  const start: [string, ...string[]] = [
    'systemd-run',
    '--quiet',
    '--collect',
    `--unit=${unit}`,
    `--description=Deployday lab machine ${dirname(log)}`,
    '--service-type=exec',
    ...properties.map((property) => `--property=${property}`),
    '--property=StandardError=inherit',
    ...Object.entries(env).map(([key, value]) => `--setenv=${key}=${value}`),
    '--',
    ...command.map((word) => word.replaceAll('$', '$$$$')), // systemd expands $ in commands
  ];
  const deadline = Date.now() + 20_000;
  for (;;) {
    await run(['systemctl', 'reset-failed', unit]).catch(() => {}); // a unit that failed keeps its name taken
    const failed = await run(start).then(
      () => null,
      (error: CommandError) => error,
    );
    if (failed === null) break;
    // the unit of the machine's last run may still be on its way out
    if (!/already (loaded|exists)|fragment file/.test(failed.stderr) || Date.now() > deadline) throw failed;
    await setTimeout(50);
  }
  // the unit was running when systemd-run returned; its cgroup goes when it ends
  const ofUnit = cgroups.all.filter((path) => !cgroups.enter.includes(path));
  return async () => !(await Promise.all(ofUnit.map(exists))).includes(true);
}

/** The supervisor of the machine if it runs. */
export async function runningSupervisor(folder: MachineFolder): Promise<ProcessMark | null> {
  const text = await readTextOrNull(folder.runningFile);
  const [pid, startTime, bootId] = (text ?? '').trim().split(' ');
  if (!pid || !startTime || !bootId) return null;
  const mark = { pid: Number(pid), startTime, bootId };
  return (await isRunning(mark)) ? mark : null;
}

/**
 * Ends the machine at once, and whatever was left of an unfinished start. Its disk stays as it is at this moment. Nothing
 * inside is asked: a machine is stopped only to be reset, destroyed, or after it hung.
 */
export async function stopMachine(labId: string, name: string, folder: MachineFolder): Promise<void> {
  await rm(folder.startingFile, { force: true });
  const groups = await cgroupsOf(labId, name);
  const supervisor = await runningSupervisor(folder);
  if (supervisor) {
    await thaw(groups, supervisor.pid);
    for (const init of await childrenOf(supervisor.pid)) signal(init, 'SIGKILL');
    // it unmounts and says goodbye by itself; if it does not, the cgroup is killed below
    await until(async () => !(await isRunning(supervisor)), 5_000, 5);
  }
  if (!(await killAllIn(groups, 10_000))) {
    throw new ProviderError(
      'failed',
      `machine ${name} cannot be stopped: processes in ${groups.all[0]} do not end`,
    );
  }
  if (await hasSystemd()) await run(['systemctl', 'stop', unitOf(labId, name)]).catch(() => {});
  await removeCgroups(groups);
  for (const kind of ['propagate', 'unix-export']) {
    // nspawn's own, which it leaves behind when it is killed
    await rm(join('/run/systemd/nspawn', kind, machineId(labId, name)), { recursive: true, force: true });
  }
  await rm(folder.runningFile, { force: true });
}
