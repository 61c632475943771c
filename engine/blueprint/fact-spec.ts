import { BUILT_IN } from '../facts/topics.ts';
import type { FactSpec } from './blueprint.ts';
import { complain, type Place, quote } from './source.ts';
import { type Names, readRole } from './steps.ts';
import { isName, readEntries, readFields, readLine, readList } from './values.ts';

/** The topics that are always gathered, and words that stand for something else where facts are read. */
const TAKEN_TOPICS: readonly string[] = [
  ...BUILT_IN,
  ...['link', 'mode', 'node', 'ports-hex', 'renamed', 'secret', 'unreadable'],
];

/** `facts:` */
export async function readFactSpec(place: Place | undefined, names: Names): Promise<FactSpec> {
  const fields = readFields(place, ['files', 'settings', 'scripts']);
  const scripts: { topic: string; on: string | null; run: string }[] = [];
  for (const { name, at, value } of readEntries(fields?.get('scripts')) ?? []) {
    if (!isName(at, name)) continue;
    if (TAKEN_TOPICS.includes(name)) complain(at, 'is a built-in topic: choose another name');
    const script = readFields(value, ['on', 'run']);
    if (script !== undefined && !script.has('run')) complain(value, 'has no run');
    const on = readRole(script?.get('on'), names) ?? null;
    const runPlace = script?.get('run');
    const run = (await names.script(runPlace)) ?? '';
    if (runPlace !== undefined && run.startsWith('#!') && !/^#! *\/bin\/sh\b/.test(run)) {
      complain(runPlace, 'is run by /bin/sh, whatever follows its #!: write it for sh');
    }
    scripts.push({ topic: name, on, run });
  }
  return {
    files: readPaths(fields?.get('files')),
    settings: readPaths(fields?.get('settings')),
    scripts,
  };
}

/** Absolute paths, in which `*`, `?` and `[…]` stand for more than one file. */
function readPaths(place: Place | undefined): string[] {
  return (readList(place) ?? []).flatMap((item) => {
    const path = readLine(item);
    if (path === undefined) return [];
    if (path.startsWith('/') && !path.split('/').includes('..')) return [path];
    complain(item, `${quote(path)} must be an absolute path without ".."`);
    return [];
  });
}
