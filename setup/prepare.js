import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.js';
import { ensureInstalled } from './install.js';
import { requireNode } from './node-version.js';
import { SetupError } from './say.js';

/**
 * Makes a clone ready to run: packages, then dist/. Takes some 50 ms when nothing is to be done.
 * @param {string} root
 */
export async function prepare(root) {
  requireNode(root);
  try {
    const installed = ensureInstalled(root);
    const built = ensureBuilt(root);
    if (installed || built) await completePostgres(root);
  } catch (error) {
    const { code, path } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'ENOSPC') throw error;
    const reason = code === 'ENOSPC' ? 'the disk is full' : `this user may not write it (${code})`;
    throw new SetupError(`cannot set up ${path ?? root}: ${reason}; start as the user who owns the clone`);
  }
}

/**
 * Links PostgreSQL's libraries now, while we are the user who may write node_modules.
 * @param {string} root
 */
async function completePostgres(root) {
  const file = join(root, 'dist', 'db', 'embedded', 'binaries.js');
  if (!existsSync(file) || !isWritable(join(root, 'node_modules'))) return;
  const { findBinaries } = await import(pathToFileURL(file).href);
  // A platform without these programs is no problem here: DATABASE_URL may name another server, and the start tells.
  await findBinaries().catch(() => {});
}

/** @param {string} path */
function isWritable(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
