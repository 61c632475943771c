import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Need } from './needs.ts';

const exec = promisify(execFile);

/** While this file exists, installing a package starts no daemon (Debian's invoke-rc.d asks it). */
const POLICY = '/usr/sbin/policy-rc.d';
const OUR_POLICY = '#!/bin/sh\n# made by the deployday tests for one apt-get run\nexit 101\n';
const LOCK = '/run/lock/deployday-apt';

/**
 * Sees to it that these Debian packages are installed. As root it installs what is missing, and says so; as an ordinary
 * user it reports what is missing, so that the test can skip itself with that reason. Safe to call from many processes
 * at once.
 */
export async function needDebianPackages(names: readonly string[]): Promise<Need> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return { ok: true };
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    return { ok: false, why: `Debian packages are missing; as root: ${command}` };
  }
  try {
    await install(names);
  } catch (error) {
    return { ok: false, why: `${command} failed: ${lastLines(error)}` };
  }
  return { ok: true };
}

async function missingPackages(names: readonly string[]): Promise<string[]> {
  const found = await exec('dpkg-query', ['-W', '-f', `\${db:Status-Status} \${Package}\n`, ...names]).then(
    (done) => done.stdout,
    // It fails when one of them is unknown to dpkg, and still lists the others.
    (error: { code?: unknown; stdout?: string }) => {
      if (error.code === 'ENOENT') return '';
      return error.stdout ?? '';
    },
  );
  const installed = new Set(found.split('\n').filter((line) => line.startsWith('installed ')));
  return names.filter((name) => !installed.has(`installed ${name}`));
}

async function install(names: readonly string[]): Promise<void> {
  // One process holds the lock and does the work; the others wait for it, then find everything there.
  const { stdin, done } = holdLock();
  try {
    await done.ready;
    const missing = await missingPackages(names);
    if (missing.length === 0) return;
    process.stderr.write(`installing Debian packages for the tests: ${missing.join(' ')}\n`);
    await withoutDaemons(async () => {
      await aptInstall(missing).catch(async () => {
        // The usual reason is missing or outdated package lists.
        await apt(['update']);
        await aptInstall(missing);
      });
    });
  } finally {
    stdin.end();
    await done.released;
  }
}

const aptInstall = (names: readonly string[]) => apt(['install', '--no-install-recommends', ...names]);

async function apt(words: readonly string[]): Promise<void> {
  await exec('apt-get', ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', ...words], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600_000,
    maxBuffer: 64 << 20,
  });
}

/** flock(1) keeps the lock for as long as its `cat` reads from us, so our death gives it back. */
function holdLock() {
  const child = execFile('flock', [LOCK, 'sh', '-c', 'echo held; exec cat']);
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`flock ${LOCK} ended with ${code}`)));
  });
  const released = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stdin = child.stdin;
  if (!stdin) throw new Error('flock has no stdin');
  return { stdin, done: { ready, released } };
}

async function withoutDaemons(work: () => Promise<void>): Promise<void> {
  const before = await readFile(POLICY, 'utf8').catch(() => null);
  // Somebody else's policy stays as it is; ours may be the leftover of a killed run.
  const ours = before === null || before === OUR_POLICY;
  if (ours) await writeFile(POLICY, OUR_POLICY, { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) await rm(POLICY, { force: true });
  }
}

function lastLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(error)).split('\n').slice(-3).join('; ');
}
