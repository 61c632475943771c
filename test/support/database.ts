import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  /** The same as a URL, for programs that are started with DATABASE_URL. */
  readonly url: string;
  /** Ends all connections to it and removes it. */
  drop(): Promise<void>;
}

/** A database of one's own with this version's schema, in some 50 ms: for `beforeAll`, with `drop` in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { host, port, user, template } = inject('postgres');
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  const administer = async (statement: string) => {
    const client = new pg.Client({ host, port, user, database: 'deployday' });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await administer(`create database ${database} template ${template}`);
  return {
    connection: { host, port, user, database },
    url: `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    drop: () => administer(`drop database if exists ${database} with (force)`),
  };
}
