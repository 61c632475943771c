import { join } from 'node:path';
import { type Connection, type Database, openDatabase } from '../../db/client.ts';
import { forgetOwners } from '../../db/duties.ts';
import { lockDataFolder } from '../../db/embedded/lock.ts';
import { startEmbeddedPostgres } from '../../db/embedded.ts';
import { CHANNELS } from '../../db/events.ts';
import { type Listener, openListener } from '../../db/listen.ts';
import { migrate } from '../../db/migrate.ts';
import { StartError } from '../start-error.ts';
import { reasonOf, shownUrl } from './connecting.ts';

/** The database with its notifications, migrated and ready. */
export interface Store {
  readonly database: Database;
  readonly listener: Listener;
  /** Fulfilled with the reason if a private PostgreSQL ends by itself; never for one of yours. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** The data folder. */
  readonly data: string;
  /** Null: a private PostgreSQL under the data folder, which is then this process's alone as long as the store is open. */
  readonly databaseUrl: string | null;
  readonly say: (line: string) => void;
  readonly log: (line: string) => void;
}

export function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, log } = options;
  if (databaseUrl === null) return openPrivate(options);
  return connect(databaseUrl, new Promise(() => {}), async () => {}, log);
}

async function openPrivate({ data, say, log }: StoreOptions): Promise<Store> {
  const lock = lockDataFolder(data);
  try {
    say('starting the private PostgreSQL');
    const server = await startEmbeddedPostgres({ dir: join(data, 'postgres'), log: say });
    const close = async () => {
      await server.stop();
      lock.release();
    };
    try {
      const store = await connect(server.connection, server.died, close, log);
      await forgetOwners(store.database.db);
      return store;
    } catch (error) {
      await server.stop();
      throw error;
    }
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
      `DATABASE_URL: the database at ${shownUrl(connection)} cannot be used: ${reasonOf(error)}`,
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
