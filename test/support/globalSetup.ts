import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { lockFolder } from '../../db/embedded/lock.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The test run's own PostgreSQL; use it through `test/support/database.ts`. */
    postgres: { host: string; port: number; user: string; template: string };
  }
}

const TEMPLATE = 'migrated';
const FOLDER = 'test-postgres-';
const OLD_MS = 10 * 60_000;

/** One PostgreSQL per test run, with a migrated database from which every test file's own is copied. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftFolders();
  const dir = await mkdtemp(join(tmpdir(), FOLDER));
  let server: EmbeddedPostgres | undefined;
  const end = async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    server = await startEmbeddedPostgres({
      dir,
      // Nothing here outlives the run, so nothing needs to reach the disk.
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    });
    const client = new pg.Client(server.connection);
    await client.connect();
    await client.query(`create database ${TEMPLATE}`);
    await client.end();
    await migrate({ ...server.connection, database: TEMPLATE });
    const { host, port, user } = server.connection;
    project.provide('postgres', { host, port, user, template: TEMPLATE });
    return end;
  } catch (error) {
    await end();
    throw error;
  }
}

/** A run that was killed could not remove its folder; its server ended with it. */
async function removeLeftFolders(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((each) => each.startsWith(FOLDER))) {
    const folder = join(tmpdir(), name);
    try {
      if (Date.now() - (await stat(folder)).mtimeMs < OLD_MS) continue;
      lockFolder(folder, () => 'in use').release();
      await rm(folder, { recursive: true, force: true });
    } catch {} // another run's, or another user's
  }
}
