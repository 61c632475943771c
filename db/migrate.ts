import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as drizzleMigrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { type Connection, connectionConfig } from './client.ts';

/** Any number that no other program is likely to lock: two starting processes migrate one after the other. */
const MIGRATION_LOCK = 0x64657064;

/** Brings the database to this version's schema. Safe to call from several processes at once. */
export async function migrate(connection: Connection): Promise<void> {
  const client = new pg.Client(connectionConfig(connection));
  await client.connect();
  try {
    await client.query('set client_min_messages = warning');
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
    if (!existsSync(migrationsFolder)) throw new Error(`migrations are missing at ${migrationsFolder}`);
    await drizzleMigrate(drizzle(client), { migrationsFolder });
  } finally {
    await client.end();
  }
}
