import { readdirSync, readFileSync } from 'node:fs';

/** Of these tasks, those of which a process still lives on this machine: each process of a task carries its mark. */
export function tasksLeft(ids: readonly string[]): string[] {
  const marks = new Set<string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const [, mark = ''] of environmentOf(pid).matchAll(/(?:^|\0)DEPLOYDAY_TASK=([^\0]*)/g))
      marks.add(mark);
  }
  return ids.filter((id) => marks.has(id));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // it has ended, or is somebody else's
  }
}
