import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../db/embedded.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { startAsUser, startInProcess } from './embedded/process.ts';

/** Any ordinary account that every Debian has stands for Alice. */
const ALICE = Number(execFileSync('id', ['-u', 'daemon'], { encoding: 'utf8' }));
const NAMELESS = 61_234;

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'users-'));
  await chmod(base, 0o755);
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function makeHome(uid = ALICE): Promise<string> {
  const home = join(base, 'alice');
  await mkdir(home, { mode: 0o700 });
  await chown(home, uid, uid);
  return home;
}

describe('folders that cannot be used', () => {
  test('a file in the way', async () => {
    await writeFile(join(base, 'data'), '');
    await expect(startEmbeddedPostgres({ dir: join(base, 'data', 'postgres') })).rejects.toThrow(
      /^cannot make .*data\/postgres: a file is in the way; move it, or choose another folder with DEPLOYDAY_DATA=\.\/other$/,
    );
  });
});

describeIf(needHost({ root: true, mounts: true, commands: ['setpriv'] }))('an ordinary user', () => {
  test('has a database in a home that is closed to all others, with nothing taken from root', async () => {
    const child = startAsUser(ALICE, join(base, 'open'), join(await makeHome(), 'data', 'postgres'));
    const [state, pid] = (await child.outcome).split(' ');
    expect(state).toBe('up');
    expect((await stat(`/proc/${pid}`)).uid).toBe(ALICE);
    child.process.stdin.end();
    expect(await child.exited).toBe(0);
  });

  test('without a name, as in a container with any user id, has one, too', async () => {
    const child = startAsUser(
      NAMELESS,
      join(base, 'open'),
      join(await makeHome(NAMELESS), 'data', 'postgres'),
    );
    expect(await child.outcome).toMatch(/^up /);
    child.process.stdin.end();
    expect(await child.exited).toBe(0);
  });

  test('goes on with it after root has started it once', async () => {
    const dir = join(await makeHome(), 'data', 'postgres');
    const first = startAsUser(ALICE, join(base, 'open'), dir);
    await first.outcome;
    first.process.stdin.end();
    await first.exited;
    const asRoot = await startEmbeddedPostgres({ dir });
    expect((await stat(`/proc/${asRoot.pid}`)).uid).toBe(ALICE);
    await asRoot.stop();
    const again = startAsUser(ALICE, join(base, 'open'), dir);
    expect(await again.outcome).toMatch(/^up /);
    again.process.stdin.end();
    await again.exited;
  });

  test('is told in one line that a folder of root’s is not theirs', async () => {
    const dir = join(base, 'data', 'postgres');
    const asRoot = await startEmbeddedPostgres({ dir });
    await asRoot.stop();
    const child = startAsUser(ALICE, join(base, 'open'), dir);
    expect(await child.outcome).toMatch(
      /^refused: DataFolderError: cannot \w+ .*data\/postgres.*: permission denied; start as the user who owns it, give it to yourself with chown -R, or choose/,
    );
    expect(await child.exited).toBe(2);
  });
});

describeIf(needHost({ root: true, mounts: true }))('a file system', () => {
  const mounted = (options: string) => [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount -t tmpfs -o "$0" tmpfs "$1" && shift && exec "$@"',
    options,
    base,
  ];

  test('that is full: one line, and nothing half-made is left', async () => {
    const dir = join(base, 'data');
    const child = startInProcess(dir, mounted('size=24m'));
    expect(await child.outcome).toMatch(
      /^refused: DataFolderError: cannot make the database in .*: no space left on the disk; free some, or choose another folder/,
    );
    expect(await child.exited).toBe(2);
    expect(existsSync(dir) ? await readdir(dir) : []).toEqual([]);
  });

  test('that is read-only: one line', async () => {
    const child = startInProcess(join(base, 'data'), mounted('ro'));
    expect(await child.outcome).toMatch(
      /^refused: DataFolderError: cannot make .*: the file system is read-only; choose another folder with DEPLOYDAY_DATA=/,
    );
  });
});

describeIf(needHost({ root: true, mounts: true, commands: ['unshare'] }))('root', () => {
  test('where no other user id can be taken, uses a user namespace', async () => {
    // Within a namespace that knows root alone, setpriv has no other id to become; a further namespace still works.
    const child = startInProcess(join(base, 'data'), ['unshare', '--user', '--map-root-user']);
    expect(await child.outcome).toMatch(/^up /);
    child.process.stdin.end();
    expect(await child.exited).toBe(0);
  });
});
