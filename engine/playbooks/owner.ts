import { readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In a playbook's folder: which process laid it out. */
const OWNER = 'owner';

/** Notes that the folder is this process's. */
export async function noteOwner(dir: string): Promise<void> {
  const startTime = await startTimeOf(process.pid);
  await writeFile(
    join(dir, OWNER),
    `${process.pid} ${startTime} ${await bootId()} ${await pidNamespace()}\n`,
  );
}

/** Whether the process goes on whose folder it is; null: that cannot be told from here. */
export async function isOwnerThere(dir: string): Promise<boolean | null> {
  const text = await readFile(join(dir, OWNER), 'utf8').catch(() => '');
  const [pid = '', startTime, boot, namespace] = text.trim().split(' ');
  if (!/^\d+$/.test(pid) || !startTime || !boot || !namespace) return null;
  if (boot !== (await bootId())) return false;
  // In a container, processes have other numbers.
  if (namespace !== (await pidNamespace())) return null;
  return (await startTimeOf(Number(pid))) === startTime;
}

/** When it was started, in clock ticks since boot: a later process of the same number has another time. Empty: there is none, or it has ended. */
async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name may hold blanks and brackets.
  const [state = 'X', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return /^[ZX]/.test(state) ? '' : (fields[18] ?? '');
}

const bootId = async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
const pidNamespace = () => readlink('/proc/self/ns/pid');
