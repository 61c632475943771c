import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
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
    drop: () => insist(() => administer(`drop database if exists ${database} with (force)`)),
  };
}

/** The server's own tidying may be at work in it, which only it may end; that takes a moment. */
async function insist(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 20 || (error as pg.DatabaseError).code !== '42501') throw error;
      await pause(250);
    }
  }
}
