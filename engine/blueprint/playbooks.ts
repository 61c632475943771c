import { readdir } from 'node:fs/promises';
import { dirname, join, normalize, posix } from 'node:path';
import type { FrozenFile, Playbook } from './blueprint.ts';
import { digestFile } from './copies.ts';
import { withFileInside } from './scripts.ts';
import { complain, type Place, quote } from './source.ts';
import { readLine } from './values.ts';

/** What a playbook needs lies beside it: roles, templates, files. More than this is another project's checkout. */
const MOST_FILES = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** Reads `playbook:` of a step: the file, and with it everything in its folder, as it is when a run starts. */
export type PlaybookReader = (place: Place | undefined) => Promise<Playbook | undefined>;

export function createPlaybookReader(folder: string): PlaybookReader {
  return async (place) => {
    const line = readLine(place);
    if (place === undefined || line === undefined) return undefined;
    const path = normalize(line);
    const home = dirname(path);
    const problem = (message: string) => {
      complain(place, message);
      return undefined;
    };
    if (!/\.ya?ml$/.test(path))
      return problem(`must be the path of a playbook, playbooks/site.yml, not ${quote(line)}`);
    if (home === '.' || path.startsWith('..') || path.startsWith('/'))
      return problem(
        `${quote(line)} must lie in a folder of its own inside the blueprint's: all of that folder goes with it`,
      );
    const files: FrozenFile[] = [];
    const paths = await filesBelow(join(folder, home));
    if (paths.length > MOST_FILES)
      return problem(`its folder ${quote(home)} has more than ${MOST_FILES} files`);
    for (const name of paths) {
      const from = posix.join(home, name);
      const found = await withFileInside(folder, from, digestFile);
      if ('problem' in found) return problem(found.problem);
      files.push({ from: name, ...found });
    }
    if (!files.some(({ from }) => from === posix.basename(path))) return problem(`no file ${quote(line)}`);
    if (files.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BYTES)
      return problem(`its folder ${quote(home)} is larger than 16 MB`);
    return { file: posix.basename(path), files };
  };
}

/** Paths of all files below `folder`, in order; [] if there is no such folder. What begins with a dot is left out. */
async function filesBelow(folder: string, under = ''): Promise<string[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || found.length > MOST_FILES) continue;
    const path = posix.join(under, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else found.push(path);
  }
  return found;
}
