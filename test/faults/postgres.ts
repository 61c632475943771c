import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../db/embedded.ts';
import { makeHome } from '../support/process.ts';

const TEMPLATE = 'migrated';

/** A PostgreSQL that rounds share, each with a database of its own, and that can be taken away from them. */
export interface RoundsPostgres {
  /** A database with this version's schema. */
  createDatabase(name: string): Promise<RoundDatabase>;
  /** Stops it at once: connections break, and the start after `downMs`, or on `giveUp`, recovers from the log. */
  crash(downMs: number, giveUp: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface RoundDatabase {
  readonly url: string;
  /** Looks behind the program; waits while PostgreSQL is away. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  drop(): Promise<void>;
}

const PATIENCE_MS = 240_000;

export async function startPostgres(): Promise<RoundsPostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'deployday-rounds-'));
  // What is committed must survive a crash of the server; none of the rounds crashes the kernel.
  const start = () => startEmbeddedPostgres({ dir, settings: { fsync: 'off', max_connections: '100' } });
  let server = await start();
  /** The same for every start. */
  const { connection } = server;
  let crashing: Promise<void> = Promise.resolve();

  /** One for each database: opening one costs more than what is asked. */
  const clients = new Map<string, Promise<pg.Client>>();

  async function open(database: string): Promise<pg.Client> {
    const client = new pg.Client({ ...connection, database });
    client.on('error', () => {});
    client.on('end', () => clients.delete(database));
    await client.connect();
    return client;
  }

  async function close(database: string): Promise<void> {
    const client = clients.get(database);
    clients.delete(database);
    await client?.then((one) => one.end()).catch(() => {});
  }

  async function query<Row extends pg.QueryResultRow>(database: string, text: string): Promise<Row[]> {
    const giveUp = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const client = clients.get(database) ?? open(database);
        clients.set(database, client);
        return (await (await client).query<Row>(text)).rows;
      } catch (error) {
        await close(database);
        if (Date.now() > giveUp) throw error;
        await delay(50);
      }
    }
  }

  await query(connection.database, `create database ${TEMPLATE}`);
  await migrate(urlOf(connection, TEMPLATE));
  await close(TEMPLATE);
  return {
    async createDatabase(name) {
      await query(connection.database, `create database ${name} template ${TEMPLATE}`);
      return {
        url: urlOf(connection, name),
        query: (text) => query(name, text),
        async drop() {
          await close(name);
          await query(connection.database, `drop database if exists ${name} with (force)`);
        },
      };
    },
    async crash(downMs, giveUp) {
      await crashing;
      const back = async () => {
        process.kill(server.pid, 'SIGQUIT');
        await server.died;
        await delay(downMs, undefined, { signal: giveUp }).catch(() => {});
        server = await start();
      };
      crashing = back();
      await crashing;
    },
    async stop() {
      await Promise.all([...clients.keys()].map(close));
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** How many rows a table has that are so. */
export async function countOf(database: RoundDatabase, table: string, where: string): Promise<number> {
  const rows = await database.query<{ n: number }>(`select count(*)::int as n from ${table} where ${where}`);
  return rows[0]?.n ?? 0;
}

const urlOf = ({ user, host, port }: EmbeddedPostgres['connection'], database: string) =>
  `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;

/** As people do it. */
async function migrate(url: string): Promise<void> {
  const home = await makeHome();
  const { code, err } = await home.run(['migrate'], { DATABASE_URL: url });
  await home.remove();
  if (code !== 0) throw new Error(`the rounds' PostgreSQL could not be migrated: ${err}`);
}
