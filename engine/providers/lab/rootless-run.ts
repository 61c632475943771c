import type { MachineFolder } from './machine-record.ts';
export async function stopRootlessMachine(folder: MachineFolder): Promise<void> {
  throw new Error(folder.dir);
}
