import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, say } from './say.js';

/** @typedef {Record<string, {version?: string, optional?: boolean, peer?: boolean}>} LockedPackages */

/**
 * Installs the npm packages of package-lock.json if they are not what lies in node_modules.
 * @param {string} root
 * @returns {boolean} whether something was installed
 */
export function ensureInstalled(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  if (!wanted) throw new SetupError('package-lock.json is missing: is this a whole clone?');
  const why = whatDiffers(wanted, lockedPackages(join(root, 'node_modules', '.package-lock.json')));
  if (!why) return false;
  say(
    `Installing the npm packages (${why}); half a minute on a fast machine and network, minutes on a slow one…`,
  );
  runNpmCi(root);
  return true;
}

/**
 * Why node_modules must be installed anew, or undefined if it is right. npm itself keeps a list of what it installed in
 * node_modules/.package-lock.json and writes it last, so an interrupted installation differs, too.
 * @param {LockedPackages} wanted
 * @param {LockedPackages | undefined} installed
 * @returns {string | undefined}
 */
export function whatDiffers(wanted, installed) {
  if (!installed) return 'none are installed';
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    const found = installed[path];
    if (path === '' || (!found && optional)) continue; // optional: perhaps for another platform
    const name = path.replace(/^.*node_modules\//, '');
    if (!found) return `${name} is missing`;
    if (found.version !== version) return `${name} is ${found.version}, not ${version}`;
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined}
 */
function lockedPackages(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function runNpmCi(root) {
  // The npm that started us, if one did: npm_execpath is its script.
  const npm = process.env.npm_execpath;
  const [command, ...words] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const arguments_ = [...words, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const { status, error } = spawnSync(command, arguments_, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) throw new SetupError(`cannot run npm: ${error.message}; install npm, or put it on the PATH`);
  if (status !== 0) {
    throw new SetupError(
      'npm ci failed, see above: check the network and the registry (npm ping), then start again',
    );
  }
}
