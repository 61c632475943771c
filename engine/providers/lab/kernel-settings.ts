import { readFile, writeFile } from 'node:fs/promises';
import { type LabFolder, readLabRecord, writeLabRecord } from './lab-folder.ts';

const forwarding = '/proc/sys/net/ipv4/ip_forward';
const inotify = '/proc/sys/fs/inotify/max_user_instances';

/** Changes what the lab cannot do without, says so, and remembers what it was. */
export async function changeKernelSettings(
  folder: LabFolder,
  nodes: number,
  progress: (line: string) => void,
) {
  await raise(folder, forwarding, 1, 'so that machines reach the outside', progress);
  // every machine's init takes some: 128, Debian's default, is used up by about 50 machines
  if (nodes > 20) await raise(folder, inotify, 8192, `for ${nodes} machines`, progress);
}

async function raise(
  folder: LabFolder,
  path: string,
  least: number,
  why: string,
  progress: (line: string) => void,
): Promise<void> {
  const before = (await readFile(path, 'utf8')).trim();
  if (Number(before) >= least) return;
  const record = await readLabRecord(folder);
  if (record) {
    const first = record.settings?.[path]?.before ?? before;
    const settings = { ...record.settings, [path]: { before: first, after: String(least) } };
    await writeLabRecord(folder, { ...record, settings });
  }
  await writeFile(path, String(least));
  progress(`set ${path.slice('/proc/sys/'.length).replaceAll('/', '.')} to ${least} (was ${before}) ${why}`);
}

/** Puts the settings back unless somebody else has changed them since, or `stillNeeded` by another lab. */
export async function restoreKernelSettings(folder: LabFolder, stillNeeded: boolean): Promise<string[]> {
  const lines: string[] = [];
  for (const [path, { before, after }] of Object.entries((await readLabRecord(folder))?.settings ?? {})) {
    const now = (await readFile(path, 'utf8').catch(() => '')).trim();
    if (now !== after || stillNeeded) continue;
    await writeFile(path, before);
    lines.push(`set ${path.slice('/proc/sys/'.length).replaceAll('/', '.')} back to ${before}`);
  }
  return lines;
}
