import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Base and package cache, built once per checkout and shared by all tests. */
export const sharedCache = resolve(import.meta.dirname, '../../../../.cache/lab');

export const isRoot = process.getuid?.() === 0;

/** A name for a lab's folder; the provider makes the folder, in a parent of its own. */
export function freshLabDir(): string {
  return join(tmpdir(), `lab-test-${randomBytes(5).toString('hex')}`, 'lab');
}

/** Everything on this host that carries the lab's id: interfaces, namespaces, nftables tables, cgroups, processes. */
export function tracesOf(labId: string, machine = ''): string[] {
  const links = readdirSync('/sys/class/net').filter((name) => name.startsWith(`dl${labId}${machine}`));
  const namespaces = namesIn('/run/netns').filter((name) => name.startsWith(`deployday-${labId}-${machine}`));
  const tables = machine
    ? []
    : lines('nft', ['list', 'tables']).filter((line) => line.includes(`deployday_${labId}`));
  const cgroups = hierarchies().filter((path) => existsSync(join(path, `deployday-${labId}`, machine)));
  const nspawns = ['propagate', 'unix-export']
    .flatMap((kind) => namesIn(`/run/systemd/nspawn/${kind}`))
    .filter((name) => name.startsWith(`deployday-${labId}-${machine}`));
  const processes = namesIn('/proc').filter(
    (pid) => /^\d+$/.test(pid) && commandLine(pid).includes(`deployday-${labId}-${machine}`),
  );
  return [
    ...links,
    ...namespaces,
    ...tables,
    ...cgroups,
    ...nspawns,
    ...processes.map((pid) => `process ${pid}`),
  ];
}

export function labIdOf(dir: string): string {
  return JSON.parse(readFileSync(join(dir, 'lab.json'), 'utf8')).id;
}

function hierarchies(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.filter((line) => / cgroup2? /.test(line)).map((line) => line.split(' ')[1] ?? '');
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}

function lines(command: string, args: string[]): string[] {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n');
}

/** True where an ordinary user may make the namespaces of a rootless machine. */
export function mayMakeNamespaces(): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', '--net', '--pid', '--fork', 'true'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
