import { openStore } from '../parts/store.ts';
import type { Invocation } from './invocation.ts';

/** `deployday migrate`: brings the database to this version; a start does the same by itself. */
export async function migrateDatabase({ config }: Invocation): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const store = await openStore({ data: config.data, databaseUrl: config.databaseUrl, say, log: say });
  await store.close();
  say('the database is up to date');
  return 0;
}
