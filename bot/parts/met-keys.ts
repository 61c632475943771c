import { join } from 'node:path';
import type { Database } from '../../db/client.ts';
import { hostKeysOf, recordHostKey } from '../../db/host-keys.ts';
import { createMetKeys, type MetKeys } from '../../engine/providers/ssh/met-keys.ts';
import type { Config } from '../config.ts';

/**
 * Where a first-use pool keeps the host keys that it has met: in a file of the data folder, which people can edit; in a
 * database of yours if there is one, since other machines drive the pool's runs, too, and may take one over at any time.
 */
export function metKeysOf(config: Config, database: Database, pool: string): MetKeys {
  if (config.databaseUrl === null) return createMetKeys(join(config.data, 'ssh', pool));
  const { db } = database;
  const at = (host: string, port: number) => `[${host}]:${port}`;
  return {
    where: `the database, table host_keys, pool ${pool}`,
    of: (host, port) => hostKeysOf(db, pool, at(host, port)),
    record: (host, port, key) => recordHostKey(db, pool, at(host, port), key),
  };
}
