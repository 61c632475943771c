import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { exists, readTextOrNull, writeWhole } from './disk-file.ts';
import { withFileLock } from './file-lock.ts';
import { discard, type LabFolder } from './lab-folder.ts';
import { machineRecords } from './machine-record.ts';

/**
 * Disks that new machines begin from, in `shared/ID/fs`; what is known of one is in `shared/ID/layer.json`, which is written last,
 * when the disk is whole and on its way through a power cut. A folder without it is a half layer: of its maker alone.
 */
export interface SharedLayer {
  readonly version: 1;
  readonly id: string;
  readonly key: string;
  /** {@link baseIdentity} of what it was made upon. */
  readonly base: string;
  /** What it stands on, top first, ending with the base's name. */
  readonly standsOn: readonly string[];
  readonly bytes: number;
  /** Over the name, kind, size, owner, mode and time of each file. */
  readonly listing: string;
}

/** Names of shared layers, as they stand in a machine's record. */
export function isSharedLayer(part: string): boolean {
  return /^shared-[0-9a-f]{12}$/.test(part);
}

export function freshLayerId(): string {
  return `shared-${randomBytes(6).toString('hex')}`;
}

export function diskOfLayer(lab: LabFolder, id: string): string {
  return join(lab.shared, id, 'fs');
}

/** What a base is, by recipe and the packages in it: two builds of one recipe may have got other versions. */
export async function baseIdentity(basePath: string, name: string): Promise<string> {
  const packages = await readFile(join(basePath, 'var/lib/dpkg/status'));
  return createHash('sha256').update(`${name}\n`).update(packages).digest('hex');
}

/** Whoever adds, takes or removes layers holds this, so that none goes between being chosen and standing in a record. */
export function withLayersLocked<T>(lab: LabFolder, work: () => Promise<T>): Promise<T> {
  return withFileLock(join(lab.dir, 'shared.lock'), work);
}

/** Every whole layer, in no order. */
export async function layersOf(lab: LabFolder): Promise<SharedLayer[]> {
  const ids = (await readdir(lab.shared).catch((): string[] => [])).filter(isSharedLayer);
  const layers = await Promise.all(ids.map((id) => readLayer(lab, id)));
  return layers.filter((layer) => layer !== null);
}

export async function readLayer(lab: LabFolder, id: string): Promise<SharedLayer | null> {
  const text = await readTextOrNull(recordOf(lab, id));
  if (text === null) return null;
  try {
    const layer = JSON.parse(text) as SharedLayer;
    return layer.version === 1 && layer.id === id ? layer : null;
  } catch {
    return null;
  }
}

/** Makes the disk that lies in the layer's folder count. */
export async function completeLayer(
  lab: LabFolder,
  about: Pick<SharedLayer, 'id' | 'key' | 'base' | 'standsOn'>,
): Promise<void> {
  const disk = diskOfLayer(lab, about.id);
  await run(['sync', '--file-system', disk], { timeoutMs: 10 * 60_000 });
  const listing = await listingOf(disk);
  const used = await run(['du', '--summarize', '--block-size=1', '--', disk]);
  const layer: SharedLayer = { version: 1, ...about, bytes: Number.parseInt(used, 10), listing };
  await writeWhole(recordOf(lab, about.id), `${JSON.stringify(layer, null, 2)}\n`);
}

/** Why the layer must not be used; null if it is as it was made. Contents are not read: they would take as long as installing. */
export async function faultOf(lab: LabFolder, layer: SharedLayer): Promise<string | null> {
  for (const id of [layer.id, ...layer.standsOn.filter(isSharedLayer)]) {
    const kept = await readLayer(lab, id);
    if (!kept) return `${id} is gone`;
    const listing = await listingOf(diskOfLayer(lab, id)).catch((error: Error) => error.message);
    if (listing !== kept.listing) return `files of ${diskOfLayer(lab, id)} are missing or were changed`;
  }
  return null;
}

/** Notes that the layer was used, so that it is not the first to go. */
export async function touchLayer(lab: LabFolder, id: string): Promise<void> {
  const now = new Date();
  await utimes(recordOf(lab, id), now, now);
}

/** Takes a layer out of use; what stands on it already goes on. */
export async function spoilLayer(lab: LabFolder, id: string): Promise<void> {
  await discard(lab, recordOf(lab, id));
}

/**
 * Removes half layers and, of the whole ones, those unused longest until `maxBytes` are left; none that a machine or another kept
 * layer stands on. Call with the lock held; {@link discard} leaves the freeing of the space to later.
 */
export async function sweepSharedLayers(lab: LabFolder, maxBytes: number): Promise<void> {
  const inUse = await layersInUse(lab);
  const whole = new Map((await layersOf(lab)).map((layer) => [layer.id, layer]));
  for (const id of await readdir(lab.shared)) {
    if (!whole.has(id) && !inUse.has(id)) await discard(lab, join(lab.shared, id));
  }
  const usedAt = new Map<string, number>();
  for (const id of whole.keys()) usedAt.set(id, await lastUse(lab, id));
  const oldest = [...whole.values()].sort((a, b) => (usedAt.get(a.id) ?? 0) - (usedAt.get(b.id) ?? 0));
  let bytes = oldest.reduce((sum, layer) => sum + (inUse.has(layer.id) ? 0 : layer.bytes), 0);
  for (const layer of oldest) {
    if (bytes <= maxBytes) return;
    if (inUse.has(layer.id)) continue;
    whole.delete(layer.id);
    bytes -= layer.bytes;
    await discard(lab, join(lab.shared, layer.id));
    // What stands upon it cannot be used any more.
    for (const upper of whole.values())
      if (upper.standsOn.includes(layer.id)) await spoilLayer(lab, upper.id);
  }
}

/** Layers that a machine's record names, in whatever way. */
async function layersInUse(lab: LabFolder): Promise<Set<string>> {
  const inUse = new Set<string>();
  for (const record of await machineRecords(lab)) {
    for (const part of [...record.standsOn, ...Object.values(record.layers).flat()]) inUse.add(part);
    if (record.sharing) inUse.add(record.sharing.id);
  }
  return inUse;
}

async function lastUse(lab: LabFolder, id: string): Promise<number> {
  return stat(recordOf(lab, id)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function listingOf(disk: string): Promise<string> {
  if (!(await exists(disk))) throw new Error(`${disk} is not there`);
  return run(['sh', '-c', LISTING, 'sh', disk], { timeoutMs: 5 * 60_000 });
}

/** A folder's size is the file system's business; a link's target is in its size and time. */
const LISTING = `cd "$1" && find . -xdev \\( -type d -printf '%P %y %m %U:%G\\0' -o -printf '%P %y %s %m %U:%G %T@\\0' \\) |
  LC_ALL=C sort --zero-terminated | sha256sum`;

function recordOf(lab: LabFolder, id: string): string {
  return join(lab.shared, id, 'layer.json');
}
