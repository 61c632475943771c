import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadBlueprint } from '../../../engine/blueprint/load.ts';
import { BlueprintError } from '../../../engine/blueprint/problem.ts';

/** A folder for blueprints that goes away with the test. */
export async function parentFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'deployday-blueprints-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return parent;
}

/** Writes files, by path below `parent`. */
export async function write(parent: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(parent, path)), { recursive: true });
    await writeFile(join(parent, path), content);
  }
}

/** A blueprint named `x` with good defaults for what the test does not care about. */
export function yaml(sections: Record<string, string>): string {
  const all: Record<string, string> = {
    name: 'x',
    version: '"1"',
    summary: 'a test',
    roles: '{node: {count: 1}}',
    steps: '[{id: one, on: node, run: "true"}]',
    ...sections,
  };
  return `${Object.entries(all)
    .map(([key, value]) => (value === '' ? '' : `${key}: ${value}\n`))
    .join('')}`;
}

/** The problems of blueprint folder `dir` as `line key: message`; [] when it loads. */
export async function problemsOf(dir: string): Promise<string[]> {
  try {
    await loadBlueprint(dir);
    return [];
  } catch (error) {
    if (!(error instanceof BlueprintError)) throw error;
    return error.problems.map(({ line, key, message }) => `${line} ${key}: ${message}`);
  }
}
