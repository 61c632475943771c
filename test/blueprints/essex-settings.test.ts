import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBlueprint } from '../../engine/blueprint/load.ts';

const folder = join(import.meta.dirname, '..', '..', 'blueprints', 'essex');

test('essex compares the settings of every file in which its steps set how many processes an API has', async () => {
  const { facts } = await loadBlueprint(folder);
  const steps = await readdir(join(folder, 'steps'));
  const scripts = await Promise.all(steps.map((step) => readFile(join(folder, 'steps', step), 'utf8')));
  const files = scripts.flatMap((script) => script.match(/(?<=^(?:few|two)_processes )\S+/gm) ?? []);
  expect(files).toHaveLength(6);
  expect(facts.settings).toEqual(expect.arrayContaining(files));
});
