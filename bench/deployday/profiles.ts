import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CpuProfile, hottest } from './hottest.ts';

/** Takes a CPU profile of the process (see profiler.ts) while the work is done, and says where its time went. */
export async function profiled<T>(
  folder: string | null,
  name: string,
  pid: number,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (folder === null) return work();
  await mkdir(folder, { recursive: true });
  process.kill(pid, 'SIGUSR2');
  const result = await work();
  process.kill(pid, 'SIGUSR2');
  const file = join(folder, `${name}.cpuprofile`);
  await rename(join(folder, await written(folder)), file);
  say(`profile of ${name}: ${file}`);
  for (const line of hottest(JSON.parse(await readFile(file, 'utf8')) as CpuProfile, 25)) say(line);
  return result;
}

async function written(folder: string): Promise<string> {
  for (let i = 0; i < 300; i += 1) {
    const found = (await readdir(folder)).find((name) => /^\d+\.cpuprofile$/.test(name));
    if (found) return found;
    await delay(100);
  }
  throw new Error(`no profile was written to ${folder} within 30 s`);
}
