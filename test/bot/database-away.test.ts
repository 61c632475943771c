import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { openDatabase } from '../../db/client.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;

afterEach(async () => {
  await world?.close();
});

it('a command in whose middle the database goes away is answered when it is back, and so is the next', {
  timeout: 120_000,
}, async () => {
  world = await openWorld();
  const away = await outage(world.database.url);
  // Somebody else holds what the command needs.
  const database = openDatabase(world.database.connection, { onError: () => {} });
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query(`select pg_advisory_xact_lock(hashtextextended('sessions', 0))`);
  world.type('session start essex-day');
  await until(async () => (await database.pool.query(WAITING)).rowCount === 1, { what: 'it to wait' });
  await away.begin();
  holder.release(true);
  await database.close();
  await until(() => world.said().logged.some((line) => line.includes('"session start …" broke')), {
    what: 'the outage to be met',
  });
  world.type('whoami');
  await away.end();
  await world.heard(
    /^The database went away while "session start …" was being worked on\. No run was started/,
  );
  await world.heard(/^You are /);
  expect(world.said().lines.filter((line) => line.includes('Failed query'))).toEqual([]);
  await world.ask('session start essex-day', /^Session essex-day has begun/);
});

it('what was just said when the database goes away is not said again', { timeout: 120_000 }, async () => {
  world = await openWorld();
  const away = await outage(world.database.url);
  const database = openDatabase(world.database.connection, { onError: () => {} });
  // Somebody else holds what it takes to note that a message was said.
  const holder = await database.pool.connect();
  await holder.query('select pg_advisory_lock(77)');
  await holder.query(`create function held() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(77); return new; end $$`);
  await holder.query(
    `create trigger held before update of sent_at on outbox for each row execute function held()`,
  );
  await world.ask('whoami', /^You are /);
  await until(async () => (await database.pool.query(WAITING)).rowCount === 1, { what: 'the note to wait' });
  await away.begin();
  holder.release(true);
  await database.close();
  await away.end();
  await world.ask('pool', /^rack +ssh/);
  expect(world.said().lines.filter((line) => /You are /.test(line))).toHaveLength(1);
});

const WAITING = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory'
  and datname = current_database()`;

/** A database that nobody can reach, and that ends every connection at once, like a server that is restarted. */
async function outage(url: string) {
  const name = /\/([^/?]+)\?/.exec(url)?.[1] ?? '';
  const admin = async (...lines: string[]) => {
    const client = new pg.Client({ connectionString: url.replace(`/${name}?`, '/postgres?') });
    await client.connect();
    for (const line of lines) await client.query(line);
    await client.end();
  };
  return {
    begin: () =>
      admin(
        `alter database "${name}" allow_connections false`,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
      ),
    end: () => admin(`alter database "${name}" allow_connections true`),
  };
}
