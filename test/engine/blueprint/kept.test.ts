import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptWhileUnchanged } from '../../../engine/blueprint/kept.ts';

let folder: string;
let elsewhere: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deployday-kept-'));
  elsewhere = await mkdtemp(join(tmpdir(), 'deployday-kept-'));
});
afterEach(async () => {
  for (const made of [folder, elsewhere]) await rm(made, { recursive: true });
});

test('is read again after every kind of change, and not without one', async () => {
  let reads = 0;
  const read = keptWhileUnchanged([folder], async () => {
    reads += 1;
    return reads;
  });
  const file = join(folder, 'hello', 'files', 'motd');
  await mkdir(join(folder, 'hello', 'files'), { recursive: true });
  await writeFile(file, 'one');
  await writeFile(join(elsewhere, 'script'), 'echo');
  const changes = [
    () => writeFile(file, 'two'),
    async () => {
      await writeFile(file, 'six');
      await utimes(file, 1, 1);
    },
    () => chmod(file, 0o600),
    () => writeFile(join(folder, 'hello', 'new'), ''),
    () => rename(file, `${file}-2`),
    () => symlink(elsewhere, join(folder, 'linked')),
    () => writeFile(join(elsewhere, 'script'), 'exit'),
    () => symlink('..', join(folder, 'hello', 'up')),
    () => rm(join(folder, 'hello'), { recursive: true }),
    () => rm(folder, { recursive: true }),
    () => mkdir(folder),
  ];
  let seen = await read();
  for (const change of changes) {
    expect(await read()).toBe(seen);
    await change();
    const now = await read();
    expect(now, String(change)).toBe(seen + 1);
    seen = now;
  }
  expect(await Promise.all([read(), read()])).toEqual([seen, seen]);
});

test('what could not be read is tried again', async () => {
  let fails = true;
  const read = keptWhileUnchanged([folder], async () => {
    if (fails) throw new Error('no more files can be opened');
    return 'read';
  });
  await expect(read()).rejects.toThrow('no more files');
  fails = false;
  expect(await read()).toBe('read');
});
