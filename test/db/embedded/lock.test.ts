import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataFolder } from '../../../db/embedded/lock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a held folder is refused with the holder and the way out', () => {
  const lock = lockDataFolder(dir);
  expect(() => lockDataFolder(dir)).toThrow(
    new RegExp(
      `^data folder ${dir} is in use by pid ${process.pid} \\(started \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\); stop it, or start with DEPLOYDAY_DATA=\\./other$`,
    ),
  );
  lock.release();
});

test('a released folder can be taken again, and releasing twice does no harm', () => {
  const first = lockDataFolder(dir);
  first.release();
  const second = lockDataFolder(dir);
  first.release();
  expect(() => lockDataFolder(dir)).toThrow('is in use');
  second.release();
});

test('a folder that is not there is made, for its owner alone', () => {
  const lock = lockDataFolder(join(dir, 'a', 'data'));
  expect(() => lockDataFolder(join(dir, 'a', 'data'))).toThrow('is in use');
  lock.release();
});

test('a lock file left by a process that is gone is no lock', async () => {
  await writeFile(join(dir, 'lock'), '{"pid":1,"started":"2026-01-01 00:00"}\n');
  lockDataFolder(dir).release();
});

test('programs started meanwhile do not keep the lock', async () => {
  const lock = lockDataFolder(dir);
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    lock.release();
    lockDataFolder(dir).release();
  } finally {
    child.kill();
  }
});
