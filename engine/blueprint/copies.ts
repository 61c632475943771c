import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FileCopy } from './blueprint.ts';
import { withFileInside } from './scripts.ts';
import { complain, type Place, quote } from './source.ts';
import { readFields, readLine } from './values.ts';

/** What is larger belongs on a server that the nodes download it from. */
const LARGEST_COPY = 64 * 1024 * 1024;

/** Reads `copy:` of a step: which file beside the blueprint goes where. */
export type CopyReader = (place: Place | undefined) => Promise<FileCopy | undefined>;

export function createCopyReader(folder: string): CopyReader {
  return async (place) => {
    const fields = readFields(place, ['from', 'to', 'mode']);
    if (place === undefined || fields === undefined) return undefined;
    for (const key of ['from', 'to'] as const) if (!fields.has(key)) complain(place, `has no ${key}`);
    const fromPlace = fields.get('from');
    const from = readLine(fromPlace);
    const to = readTarget(fields.get('to'));
    const mode = readMode(fields.get('mode'));
    if (fromPlace === undefined || from === undefined || to === undefined) return undefined;
    const found = await withFileInside(folder, from, digestFile);
    if ('problem' in found) {
      complain(fromPlace, found.problem);
      return undefined;
    }
    return { from, to, mode, ...found };
  };
}

function readTarget(place: Place | undefined): string | undefined {
  const path = readLine(place);
  if (place === undefined || path === undefined) return undefined;
  if (/^\/.*[^/]$/.test(path)) return path;
  complain(place, `must be the absolute path of a file on the node, not ${quote(path)}`);
  return undefined;
}

function readMode(place: Place | undefined): number {
  const usual = 0o644;
  const text = readLine(place);
  if (place === undefined || text === undefined) return usual;
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  complain(place, `must be permission bits such as '0644', in quotes, not ${quote(text)}`);
  return usual;
}

/** What is kept of a file beside the blueprint. */
export async function digestFile(
  path: string,
): Promise<{ source: string; bytes: number; sha256: string } | { problem: string }> {
  // Non-blocking, or a pipe that nobody writes to would hang us before we know that it is one.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await handle.stat().finally(() => handle.close());
  if (!found.isFile()) return { problem: 'it is not a regular file' };
  if (found.size > LARGEST_COPY) return { problem: 'it is larger than 64 MB: let the nodes download it' };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { source: path, bytes: found.size, sha256: hash.digest('hex') };
}
