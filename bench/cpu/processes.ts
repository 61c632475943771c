import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A running process, as /proc tells it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The program's short name, `sshd`. */
  readonly name: string;
}

export async function runningProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid): Promise<Process[]> => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const match = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat);
      if (!match || match[2] === 'Z') return [];
      return [{ pid: Number(pid), parent: Number(match[3]), name: match[1] ?? '' }];
    }),
  );
  return found.flat();
}

/** These processes and all that descend from them. */
export async function withDescendants(tops: readonly number[]): Promise<Process[]> {
  const all = await runningProcesses();
  const found = new Set(tops);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid));
}

/** Signals what `pids` tells, again and again, until it tells nothing. Gives up after `withinMs`. */
export async function endAll(
  pids: () => Promise<readonly number[]>,
  signal: NodeJS.Signals,
  withinMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = await pids();
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`these processes do not end: ${left.join(' ')}`);
    // The patient half of the time it is asked, then it is told.
    const now = Date.now() > deadline - withinMs / 2 ? 'SIGKILL' : signal;
    for (const pid of left) tell(pid, now);
    await delay(20);
  }
}

export function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Resident memory of a process in MB (10⁶ bytes): now, and the most so far. */
export async function residentMegabytes(pid: number): Promise<{ now: number; most: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (key: string) =>
    (Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: of('VmRSS'), most: of('VmHWM') };
}
