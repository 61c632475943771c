/**
 * Completes package-lock.json after `npm install` against a registry that lacks some optional platform packages.
 *
 * npm leaves a package that it cannot find out of the lock, if the package is optional. With a registry that does have it,
 * `npm ci` then refuses the lock ("Missing: … from lock file"). Here every exact optional dependency that is absent
 * is written in, with the platform read from its name, so that the same lock holds everywhere. Such an entry has no
 * integrity hash: the next `npm install` on a machine of that platform adds it.
 *
 * Run it after every change of dependencies: `npm run lock`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPERATING_SYSTEMS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * @typedef {{version?: string, dev?: boolean, optional?: boolean, license?: string, os?: string[], cpu?: string[],
 *   libc?: string[], engines?: Record<string, string>, optionalDependencies?: Record<string, string>}} LockEntry
 */

/**
 * The platform that a package such as `@biomejs/cli-linux-x64-musl` is made for, told from its name.
 * @param {string} name
 * @returns {Pick<LockEntry, 'os' | 'cpu' | 'libc'> | undefined}
 */
export function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => OPERATING_SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (!os || !cpu) return undefined;
  if (words.includes('musl')) return { cpu: [cpu], libc: ['musl'], os: [os] };
  return { cpu: [cpu], os: [os] };
}

/**
 * Adds what is missing; returns the names added.
 * @param {{packages: Record<string, LockEntry>}} lock
 */
export function completeLock(lock) {
  /** @type {string[]} */
  const added = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const present = [`node_modules/${name}`, `${path}/node_modules/${name}`].some(
        (at) => at in lock.packages,
      );
      const platform = platformOf(name);
      if (present || !platform || !/^\d+\.\d+\.\d+/.test(version)) continue;
      lock.packages[`node_modules/${name}`] = {
        version,
        ...platform,
        ...(entry.dev ? { dev: true } : {}),
        ...(entry.license ? { license: entry.license } : {}),
        optional: true,
        ...(entry.engines ? { engines: entry.engines } : {}),
      };
      added.push(name);
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted);
  return added;
}

if (process.argv[1] === import.meta.filename) {
  const file = join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const added = completeLock(lock);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(added.length === 0 ? 'package-lock.json is complete' : `added ${added.join(', ')}`);
}
