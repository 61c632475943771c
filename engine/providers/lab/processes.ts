import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTextOrNull } from './disk-file.ts';

/** A process named so that a later one with the same id is not taken for it. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of `/proc/PID/stat`. */
  readonly startTime: string;
  readonly bootId: string;
}

export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** True while the process runs; a zombie has ended. */
export async function isRunning(mark: ProcessMark): Promise<boolean> {
  const fields = await statFields(mark.pid);
  if (!fields || /^[ZX]/.test(fields[0] ?? 'X')) return false;
  return fields[19] === mark.startTime && (await bootId()) === mark.bootId;
}

/** Children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const listed = await readTextOrNull(`/proc/${pid}/task/${pid}/children`).catch(() => null);
  if (listed !== null) return listed.trim().split(/\s+/).filter(Boolean).map(Number);
  const found: number[] = []; // a kernel without CONFIG_PROC_CHILDREN
  for (const name of await readdir('/proc')) {
    if (/^\d+$/.test(name) && (await parentOf(Number(name))) === pid) found.push(Number(name));
  }
  return found;
}

/** The parent of a process; 0 if it has ended. */
export async function parentOf(pid: number): Promise<number> {
  return Number((await statFields(pid))?.[1] ?? 0);
}

/** A process and everything below it, parents first. */
export async function processTree(pid: number): Promise<number[]> {
  const below = await Promise.all((await childrenOf(pid)).map(processTree));
  return [pid, ...below.flat()];
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks again and again until `done`; false when `timeoutMs` have passed. */
export async function until(done: () => Promise<boolean>, timeoutMs: number, everyMs = 10): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await done())) {
    if (Date.now() > deadline) return false;
    await sleep(everyMs);
  }
  return true;
}

/** The fields of `/proc/PID/stat` after the command name: state, parent … */
async function statFields(pid: number): Promise<string[] | null> {
  const text = await readTextOrNull(`/proc/${pid}/stat`).catch(() => null);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}
