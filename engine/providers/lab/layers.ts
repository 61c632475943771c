import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { run } from './command.ts';
import { discard, type LabFolder } from './lab-folder.ts';
import { type MachineFolder, type MachineRecord, writeMachineRecord } from './machine-record.ts';

const layerName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function checkLayerName(layer: string): void {
  if (!layerName.test(layer)) {
    throw new ProviderError(
      'failed',
      `"${layer}" cannot name a layer: use up to 100 letters, digits, dots, dashes and underscores, the first a letter or digit`,
    );
  }
}

/** The file systems of a kept layer. Rejects if the machine has none of that name. */
export function layerChain(name: string, record: MachineRecord, layer: string): readonly string[] {
  const chain = record.layers[layer];
  if (chain) return chain;
  const kept = Object.keys(record.layers).join(', ') || 'none';
  throw new ProviderError('failed', `machine ${name} has no layer "${layer}" (it has: ${kept})`);
}

/**
 * Keeps a copy of `source` under the layer's name, on top of what the machine stands on. The index is written when the copy
 * is whole, so a crash leaves a directory that nobody names, and {@link sweepLayers} removes it.
 */
export async function keepLayer(
  folder: MachineFolder,
  record: MachineRecord,
  layer: string,
  source: string,
): Promise<MachineRecord> {
  const number = String(record.nextLayer);
  await mkdir(folder.layers, { recursive: true, mode: 0o700 });
  const target = join(folder.layers, number);
  await rm(target, { recursive: true, force: true });
  // -a keeps owners, times, links, whiteouts and extended attributes (also overlayfs's own, as root)
  await run(['cp', '-a', '--reflink=auto', '--sparse=always', '--', source, target], {
    timeoutMs: 30 * 60_000,
  });
  const kept = {
    ...record,
    nextLayer: record.nextLayer + 1,
    layers: { ...record.layers, [layer]: [number, ...record.standsOn] },
  };
  await writeMachineRecord(folder, kept);
  return kept;
}

/** Removes layer directories that no kept layer needs and the machine does not stand on. */
export async function sweepLayers(
  lab: LabFolder,
  folder: MachineFolder,
  record: MachineRecord,
): Promise<void> {
  const needed = new Set([...record.standsOn, ...Object.values(record.layers).flat()]);
  for (const name of await readdir(folder.layers).catch(() => [])) {
    if (!needed.has(name)) await discard(lab, join(folder.layers, name));
  }
}
