import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { checkBlueprints } from '../../engine/blueprint/load.ts';

const MANUAL = fileURLToPath(new URL('../../docs/blueprints.md', import.meta.url));

it('the complete example in docs/blueprints.md loads as it stands there', async () => {
  const [, example = ''] = /```yaml\n(name: clock\n[\s\S]*?)```/.exec(await readFile(MANUAL, 'utf8')) ?? [];
  const parent = await mkdtemp(join(tmpdir(), 'deployday-manual-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  await mkdir(join(parent, 'clock'));
  await writeFile(join(parent, 'clock', 'blueprint.yaml'), example);
  expect(example).not.toBe('');
  expect(await checkBlueprints([parent])).toEqual([]);
});
