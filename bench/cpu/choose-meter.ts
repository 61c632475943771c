import { createCgroupMeter } from './cgroups.ts';
import { createMachineMeter } from './machine.ts';
import type { CpuMeter } from './meter.ts';

/**
 * The kernel's exact account where this user may make cgroups, else that of the whole machine. The files of a group lie
 * under `folder`, in a folder with the group's name.
 */
export const chooseMeter = async (folder: string): Promise<CpuMeter> =>
  (await createCgroupMeter(`deployday-bench-${process.pid}`)) ?? createMachineMeter(folder);
