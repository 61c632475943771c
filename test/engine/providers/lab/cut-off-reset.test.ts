import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Driver, DriverOptions } from '../../../../engine/providers/lab/driver.ts';
import { openLabFolder } from '../../../../engine/providers/lab/lab-folder.ts';
import { createDriverProvider } from '../../../../engine/providers/lab/lab-provider.ts';

const nothing = async () => {};

/** A lab whose machines are folders and run in name only. `cutOff`: the process comes to its end at the next stop of a machine. */
async function openLab() {
  const dir = await mkdtemp(join(tmpdir(), 'deployday-cut-off-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const running = new Set<string>();
  let isCutOff = false;
  const driver: Driver = {
    ...{ summary: 'folders', capacity: 1, address: () => '192.0.2.1' },
    can: { reset: true, snapshot: true, layers: false, packages: false },
    open: async () => (await openLabFolder(dir, 'rootless', dir)).folder,
    prepareBase: async () => [],
    isUp: async ({ name }) => running.has(name),
    async renewDisk({ folder }, record) {
      await rm(folder.upper, { recursive: true, force: true });
      const [layer] = record.standsOn;
      if (layer === undefined) await mkdir(folder.upper, { recursive: true });
      else await cp(join(folder.layers, layer), folder.upper, { recursive: true });
      return { ...record, standsOn: [] };
    },
    start: async ({ name }) => void running.add(name),
    async stop({ name }) {
      if (isCutOff) throw new Error('the process was killed');
      running.delete(name);
    },
    diskOf: ({ folder }) => folder.upper,
    endpoint: () => Promise.reject(new Error('nobody connects')),
    ...{ answers: nothing, release: nothing, freeze: nothing, thaw: nothing, close: nothing },
  };
  const options: DriverOptions = {
    pool: 'lab',
    nodes: 1,
    zones: [],
    dir,
    cacheDir: dir,
    suite: 'bookworm',
    layerBytes: 0,
    log() {},
  };
  const provider = createDriverProvider(options, driver);
  const note = join(dir, 'machines/n1/upper/note');
  await provider.create('n1', { hostname: 'n1' });
  return {
    provider,
    notes: (text: string) => writeFile(note, text),
    noted: () => readFile(note, 'utf8'),
    /** A reset to the layer that comes no further than its decision. */
    async cutOffReset(layer: string) {
      isCutOff = true;
      await expect(provider.reset('n1', layer)).rejects.toThrow('the process was killed');
      isCutOff = false;
    },
  };
}

test('a reset that was cut off before the machine was stopped is done when it is next asked for, not at its next boot', async () => {
  const { provider, notes, noted, cutOffReset } = await openLab();
  await notes('one');
  await provider.snapshot('n1', 'first');
  await notes('two');
  await cutOffReset('first');
  expect(await noted()).toBe('two');
  await provider.find('n1');
  expect(await noted()).toBe('one');
  // Once: what comes after that stays.
  await notes('three');
  await provider.find('n1');
  expect(await noted()).toBe('three');
});

test('what is kept after such a reset is what it went back to', async () => {
  const { provider, notes, noted, cutOffReset } = await openLab();
  await notes('one');
  await provider.snapshot('n1', 'first');
  await notes('two');
  await cutOffReset('first');
  await provider.snapshot('n1', 'second');
  await notes('three');
  await provider.reset('n1', 'second');
  expect(await noted()).toBe('one');
});
