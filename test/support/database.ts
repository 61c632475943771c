import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { type Database, openDatabase } from '../../db/client.ts';

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

/** A test database with a pool of connections to it. */
export interface OpenTestDatabase extends Database, Omit<TestDatabase, 'drop'> {
  /** Closes the pool and removes the database. */
  close(): Promise<void>;
}

/** A database of one's own, open, for the tests of the file or `describe` that this is called in: in their hooks too. */
export function databaseForTests(): OpenTestDatabase {
  let opened: OpenTestDatabase | undefined;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  // After hooks run in reverse: those of the caller that use it end before it does.
  afterAll(() => opened?.close());
  const now = () => {
    if (!opened) throw new Error('the test database is open in hooks and tests only, and this is neither');
    return opened;
  };
  return {
    get db() {
      return now().db;
    },
    get pool() {
      return now().pool;
    },
    get connection() {
      return now().connection;
    },
    get url() {
      return now().url;
    },
    close: () => now().close(),
  };
}

/** A database of one's own, open, for who closes it. */
export async function openTestDatabase(): Promise<OpenTestDatabase> {
  const { connection, url, drop } = await createTestDatabase();
  const database = openDatabase(connection);
  return {
    ...database,
    connection,
    url,
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** A database of one's own with this version's schema, in some 50 ms, for programs that open it themselves; `drop` it afterwards. */
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
