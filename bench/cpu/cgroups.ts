import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CpuGroup, CpuMeter } from './meter.ts';
import { endAll } from './processes.ts';

/** A cgroup hierarchy that accounts for processor time. */
interface Hierarchy {
  /** The folder in which groups are made. */
  readonly parent: string;
  readonly secondsOf: (group: string) => Promise<number>;
}

/** Null if this user may not make groups and move processes there. */
export async function createCgroupMeter(name: string): Promise<CpuMeter | null> {
  const hierarchy = await findHierarchy();
  if (!hierarchy) return null;
  const top = join(hierarchy.parent, name);
  const groups: { folder: string; group: CpuGroup }[] = [];

  async function group(member: string): Promise<CpuGroup> {
    const folder = join(top, member);
    await mkdir(folder, { recursive: true });
    const made = groupIn(folder, hierarchy as Hierarchy);
    groups.push({ folder, group: made });
    return made;
  }

  async function remove(): Promise<void> {
    for (const one of groups) await endAll(() => one.group.pids(), 'SIGKILL');
    for (const { folder } of groups) await rmdir(folder).catch(() => {});
    await rmdir(top).catch(() => {});
  }

  try {
    const [program = '', ...words] = (await group('trial')).wrap(['true']);
    if (spawnSync(program, words).status === 0) return { note: null, group, remove };
  } catch {
    // Told by the null.
  }
  await remove();
  return null;
}

function groupIn(folder: string, { secondsOf }: Hierarchy): CpuGroup {
  const members = join(folder, 'cgroup.procs');
  return {
    wrap: (command) => ['/bin/sh', '-c', 'echo $$ 2>/dev/null >"$0" && exec "$@"', members, ...command],
    async adopt(pids) {
      for (const pid of pids) await writeFile(members, String(pid));
    },
    seconds: () => secondsOf(folder),
    async pids() {
      const text = await readFile(members, 'utf8').catch(() => '');
      return text.split('\n').filter(Boolean).map(Number);
    },
  };
}

/** cgroup v1 where cpuacct is mounted, else v2: there every group accounts, whatever controllers are on. */
async function findHierarchy(): Promise<Hierarchy | null> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const v1 = mounts.find(
    ([, , type, options]) => type === 'cgroup' && options?.split(',').includes('cpuacct'),
  );
  const v2 = mounts.find(([, , type]) => type === 'cgroup2');
  if (v1?.[1]) return { parent: v1[1], secondsOf: timeIn('cpuacct.usage', /^(\d+)/, 1e9) };
  if (!v2?.[1]) return null;
  // Root makes its groups at the top; an ordinary user may have been given the part of the tree that it is in.
  const own = (await readFile('/proc/self/cgroup', 'utf8')).match(/^0::(.*)$/m)?.[1] ?? '/';
  const parent = process.getuid?.() === 0 ? v2[1] : join(v2[1], own, '..');
  return { parent, secondsOf: timeIn('cpu.stat', /^usage_usec (\d+)/m, 1e6) };
}

function timeIn(file: string, pattern: RegExp, perSecond: number) {
  return async (group: string) => {
    const found = pattern.exec(await readFile(join(group, file), 'utf8'));
    if (!found) throw new Error(`${join(group, file)} tells no processor time`);
    return Number(found[1]) / perSecond;
  };
}
