import { ProviderError } from '../../provider.ts';
import { withFileLock } from './file-lock.ts';
import { type LabFolder, type LabRecord, readLabRecord, writeLabRecord } from './lab-folder.ts';
import { labNetwork, networkUp, usedNetworks } from './network.ts';
import { freeSubnet } from './subnet.ts';

/** The lab's subnet, chosen at first use beside everything this host has. Under a lock of the host, against other labs that look at the same time. */
export async function chosenSubnet(folder: LabFolder, record: LabRecord): Promise<string> {
  if (record.subnet !== undefined) return record.subnet;
  return withFileLock('/run/lock/deployday-lab-subnet', async () => {
    const now = (await readLabRecord(folder)) ?? record;
    if (now.subnet !== undefined) return now.subnet;
    const subnet = freeSubnet(await usedNetworks(), Number.parseInt(now.id, 36) % 4096);
    if (subnet === null) {
      throw new ProviderError(
        'failed',
        'no free /22 in 10.64.0.0/10 on this host: every one overlaps a route or an address',
      );
    }
    await writeLabRecord(folder, { ...now, subnet });
    await networkUp(labNetwork(now.id, subnet)); // before the lock goes, so that the next lab sees it
    return subnet;
  });
}
