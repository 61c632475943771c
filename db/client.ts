import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';

/** A pool-backed database, or a transaction on it: every query function takes either. */
export type Queryable = Pick<
  NodePgDatabase,
  'select' | 'selectDistinctOn' | 'insert' | 'update' | 'delete' | 'execute' | 'transaction'
>;

export interface Database {
  readonly db: NodePgDatabase;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** Where a PostgreSQL is: a URL, or the parts (`host` may be a socket folder). */
export type Connection = string | { host: string; database: string; user: string; port?: number };

/**
 * A server that has gone without a word (its host died, an address moved to another one) is found out within seconds of this. Linux by
 * itself asks after two hours, until when nothing would be heard of what others notify.
 */
const ASK_SILENT_AFTER_MS = 10_000;

export function connectionConfig(connection: Connection): pg.ClientConfig {
  const where = typeof connection === 'string' ? { connectionString: connection } : connection;
  return { ...where, keepAlive: true, keepAliveInitialDelayMillis: ASK_SILENT_AFTER_MS };
}

/** Opens a pool. Nothing is connected until the first query. `onError` gets errors of idle connections, which are dropped. */
export function openDatabase(
  connection: Connection,
  options: { max?: number; onError?: (error: Error) => void } = {},
): Database {
  const pool = new pg.Pool({
    ...connectionConfig(connection),
    max: options.max ?? 12,
    connectionTimeoutMillis: 10_000,
    // What a process that stands still has locked is let go of by the time that others may take its runs over.
    idle_in_transaction_session_timeout: 10_000,
  });
  pool.on('error', (error) => options.onError?.(error));
  // Those in use have no listener of the pool's: without one, a server that goes away would end the process. The query
  // that was going on fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = drizzle(pool);
  // Drizzle's own never gives the connection back when BEGIN fails: the server goes away, and the pool is used up or
  // cannot be closed.
  db.transaction = async (work, config) => {
    const client = await pool.connect();
    try {
      return await drizzle(client).transaction(work, config);
    } finally {
      client.release();
    }
  };
  return { db, pool, close: () => pool.end() };
}
