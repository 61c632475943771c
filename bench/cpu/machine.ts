import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CpuGroup, CpuMeter, GroupPart } from './meter.ts';
import { endAll, runningProcesses, withDescendants } from './processes.ts';

/** Clock ticks in a second: what /proc counts in, on every Linux that Node.js runs on. */
const TICKS = 100;

/**
 * Where no cgroup can be made: the processor time of the whole machine, counted as the client's. A group's processes
 * are those whose command line names a file under `folder/GROUP/`, and their descendants.
 */
export function createMachineMeter(folder: string): CpuMeter {
  const groups: CpuGroup[] = [];
  return {
    note: 'this user can make no cgroups: CPU is that of the whole machine meanwhile, so let nothing else run',
    async group(name, part) {
      const made = groupNaming(join(folder, name, '/'), part);
      groups.push(made);
      return made;
    },
    async remove() {
      for (const group of groups) await endAll(() => group.pids(), 'SIGKILL');
    },
  };
}

function groupNaming(path: string, part: GroupPart): CpuGroup {
  const adopted = new Set<number>();
  return {
    wrap: (command) => [...command],
    async adopt(pids) {
      for (const pid of pids) adopted.add(pid);
    },
    async seconds() {
      if (part === 'beside') return 0;
      const [, user, nice, system, , , irq, softirq] = (await readFile('/proc/stat', 'utf8'))
        .split('\n', 1)
        .join('')
        .split(/\s+/)
        .map(Number);
      return [user, nice, system, irq, softirq].reduce<number>((sum, part = 0) => sum + part, 0) / TICKS;
    },
    async pids() {
      const named = await Promise.all(
        (await runningProcesses()).map(async ({ pid }) => {
          const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
          return line.includes(path) ? [pid] : [];
        }),
      );
      return (await withDescendants([...named.flat(), ...adopted])).map(({ pid }) => pid);
    },
  };
}
