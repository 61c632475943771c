import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, readTextOrNull } from './disk-file.ts';
import { processTree, signal, until } from './processes.ts';

/** Where a machine's processes are kept together: one directory per hierarchy that matters. */
export interface MachineCgroups {
  /** The machine's starter enters these by itself before anything else. */
  readonly enter: readonly string[];
  /** Where all its processes can be found, and frozen. */
  readonly all: readonly string[];
}

interface Mount {
  readonly path: string;
  readonly kind: 'v1' | 'v2';
  readonly controllers: readonly string[];
}

const wantedControllers = ['name=systemd', 'memory', 'cpuacct', 'freezer'];

async function mounts(): Promise<Mount[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return lines.flatMap(([, path = '', type, options = '']): Mount[] => {
    if (type === 'cgroup2') return [{ path, kind: 'v2', controllers: [] }];
    if (type === 'cgroup') return [{ path, kind: 'v1', controllers: options.split(',') }];
    return [];
  });
}

/**
 * The cgroups of a machine. Without systemd as PID 1 we make them in every hierarchy that nspawn or freezing uses (shared
 * ones would mix the machines up). With it, the unit's own cgroup serves, and only a v1 freezer is ours.
 */
export async function machineCgroups(
  labId: string,
  name: string,
  unit: string | null,
): Promise<MachineCgroups> {
  const enter: string[] = [];
  const all: string[] = [];
  for (const mount of await mounts()) {
    const own = join(mount.path, labGroup(labId), name);
    const freezer = mount.controllers.includes('freezer');
    const wanted = mount.kind === 'v2' || mount.controllers.some((c) => wantedControllers.includes(c));
    if (unit === null ? wanted : freezer) {
      enter.push(own);
      all.push(own);
    } else if (mount.kind === 'v2' || mount.controllers.includes('name=systemd')) {
      all.push(join(mount.path, 'system.slice', unit ?? ''));
    }
  }
  return { enter, all };
}

function labGroup(labId: string): string {
  return `deployday-${labId}`;
}

/** Makes the directories to enter; a hierarchy that we may not write to is left out of the answer. */
export async function makeCgroups(groups: MachineCgroups): Promise<string[]> {
  const made: string[] = [];
  for (const path of groups.enter) {
    await mkdir(path, { recursive: true }).then(
      () => made.push(path),
      () => {},
    );
  }
  return made;
}

/** Every process in the machine's cgroups. */
export async function processesIn(groups: MachineCgroups): Promise<number[]> {
  const pids = new Set<number>();
  for (const path of groups.all) {
    for (const group of await groupTree(path)) {
      const text = (await readTextOrNull(join(group, 'cgroup.procs')).catch(() => null)) ?? '';
      for (const pid of text.split('\n').filter(Boolean)) pids.add(Number(pid));
    }
  }
  return [...pids];
}

/** Thaws, then kills everything in the cgroups; false if something is left after `timeoutMs`. */
export async function killAllIn(groups: MachineCgroups, timeoutMs: number): Promise<boolean> {
  await thaw(groups, null);
  return until(async () => {
    const left = await processesIn(groups);
    for (const pid of left) signal(pid, 'SIGKILL');
    return left.length === 0;
  }, timeoutMs);
}

/** Removes the machine's own cgroups; those of a systemd unit go with the unit. */
export async function removeCgroups(groups: MachineCgroups): Promise<void> {
  for (const path of groups.enter) {
    for (const group of (await groupTree(path)).reverse()) {
      await until(() => rmdir(group).then(() => true, gone), 2000); // busy for a moment after the last process ended
    }
  }
}

/** Removes the lab's parent cgroups, once its machines are gone. */
export async function removeLabCgroups(labId: string): Promise<string[]> {
  const removed: string[] = [];
  for (const { path } of await mounts()) {
    const group = join(path, labGroup(labId));
    if (!(await exists(group))) continue;
    for (const inner of (await groupTree(group)).reverse()) await rmdir(inner).catch(() => {});
    removed.push(group);
  }
  return removed;
}

/** Stops every process of the machine where it stands. Falls back to SIGSTOP where no freezer can be written to. */
export async function freeze(groups: MachineCgroups, supervisorPid: number): Promise<void> {
  const freezer = await freezerOf(groups);
  if (freezer === null) {
    for (const pid of (await processTree(supervisorPid)).slice(1)) signal(pid, 'SIGSTOP');
    return;
  }
  await writeFile(freezer.file, freezer.frozen);
  if (
    !(await until(async () => (await readFile(freezer.stateFile, 'utf8')).includes(freezer.isFrozen), 30_000))
  ) {
    await writeFile(freezer.file, freezer.thawed);
    throw new Error(`${freezer.file} did not freeze within 30 s`);
  }
}

/** Lets the machine go on, also one that a killed process left frozen. */
export async function thaw(groups: MachineCgroups, supervisorPid: number | null): Promise<void> {
  const freezer = await freezerOf(groups);
  if (freezer !== null) {
    return writeFile(freezer.file, freezer.thawed).catch((error: NodeJS.ErrnoException) => {
      // systemd removes the cgroup as soon as its unit has ended, perhaps just now: nothing is left to thaw
      if (error.code !== 'ENODEV' && error.code !== 'ENOENT') throw error;
    });
  }
  if (supervisorPid === null) return;
  for (const pid of (await processTree(supervisorPid)).slice(1)) signal(pid, 'SIGCONT');
}

interface Freezer {
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
  readonly stateFile: string;
  readonly isFrozen: string;
}

/** The v1 freezer where there is one (nothing moves processes about in it), else that of cgroup v2. */
async function freezerOf(groups: MachineCgroups): Promise<Freezer | null> {
  for (const path of groups.all) {
    const file = join(path, 'freezer.state');
    if (await exists(file))
      return { file, frozen: 'FROZEN', thawed: 'THAWED', stateFile: file, isFrozen: 'FROZEN' };
  }
  for (const path of groups.all) {
    const file = join(path, 'cgroup.freeze');
    const stateFile = join(path, 'cgroup.events');
    if (await exists(file)) return { file, frozen: '1', thawed: '0', stateFile, isFrozen: 'frozen 1' };
  }
  return null;
}

/** The group and those below it, parents first; empty if it is not there. */
async function groupTree(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null) return [];
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => groupTree(join(path, entry.name)));
  return [path, ...(await Promise.all(below)).flat()];
}

function gone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT';
}
