import { join } from 'node:path';
import { type Connection, type Database, openDatabase } from '../../db/client.ts';
import { lockDataFolder } from '../../db/embedded/lock.ts';
import { startEmbeddedPostgres } from '../../db/embedded.ts';
import { CHANNELS } from '../../db/events.ts';
import { type Listener, openListener } from '../../db/listen.ts';
import { migrate } from '../../db/migrate.ts';
import { StartError } from '../start-error.ts';

/** The database with its notifications, migrated and ready. */
export interface Store {
  readonly database: Database;
  readonly listener: Listener;
  /** Fulfilled with the reason if a private PostgreSQL ends by itself; never for one of yours. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** The data folder; locked for this process as long as the store is open. */
  readonly data: string;
  /** Null: a private PostgreSQL under the data folder. */
  readonly databaseUrl: string | null;
  readonly say: (line: string) => void;
  readonly log: (line: string) => void;
}

export async function openStore({ data, databaseUrl, say, log }: StoreOptions): Promise<Store> {
  const lock = lockDataFolder(data);
  try {
    if (databaseUrl !== null)
      return await connect(databaseUrl, new Promise(() => {}), async () => lock.release(), log);
    say('starting the private PostgreSQL');
    const server = await startEmbeddedPostgres({ dir: join(data, 'postgres'), log: say });
    const close = async () => {
      await server.stop();
      lock.release();
    };
    return await connect(server.connection, server.died, close, log).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function connect(
  connection: Connection,
  died: Promise<Error>,
  close: () => Promise<void>,
  log: (line: string) => void,
): Promise<Store> {
  await migrate(connection).catch((error: Error) => {
    if (typeof connection !== 'string') throw error;
    throw new StartError(
      `DATABASE_URL: the database at ${withoutPassword(connection)} cannot be used: ${reason(error)}`,
    );
  });
  const database = openDatabase(connection, { onError: (error) => log(`database: ${error.message}`) });
  const listener = await openListener(connection, Object.values(CHANNELS), log);
  return {
    database,
    listener,
    died,
    async close() {
      await listener.close();
      await database.close();
      await close();
    },
  };
}

/** Errors of several addresses tried in a row have no message of their own. */
function reason(error: Error & { errors?: Error[] }): string {
  return error.message || (error.errors ?? []).map((inner) => inner.message).join('; ') || String(error);
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return '(not a URL)';
  parsed.password = parsed.password ? '****' : '';
  return parsed.href;
}
