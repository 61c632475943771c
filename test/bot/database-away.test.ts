import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { openDatabase } from '../../db/client.ts';
import type { TestDatabase } from '../support/database.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const sshd = await needSshd();
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
  const held = await hold(world.database, 'update of sent_at on outbox');
  await world.ask('whoami', /^You are /);
  await held.met();
  await away.begin();
  await held.end();
  await away.end();
  await world.ask('pool', /^rack +ssh/);
  expect(world.said().lines.filter((line) => /You are /.test(line))).toHaveLength(1);
});

it('a run that was writing when the database ends all connections goes on', { timeout: 120_000 }, async ({
  skip,
}) => {
  if (!sshd.ok) return skip(sshd.why);
  world = await openWorld({ machines: 1 });
  await world.ask('provision demo from hello', /^demo ready/, 60_000);
  const { blink } = await outage(world.database.url);
  const held = await hold(world.database, 'insert on facts');
  world.type('inspect demo');
  await held.met();
  await blink();
  await held.end();
  await world.heard(/^demo inspected: 1 node/, 60_000);
});

/** Lets whatever does `what` in the database wait, until the end. */
async function hold(of: TestDatabase, what: string) {
  const database = openDatabase(of.connection, { onError: () => {} });
  const holder = await database.pool.connect();
  await holder.query('select pg_advisory_lock(77)');
  await holder.query(`create function held() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(77); return new; end $$`);
  await holder.query(`create trigger held before ${what} for each row execute function held()`);
  return {
    /** Resolves when something waits. */
    met: () =>
      until(async () => (await database.pool.query(WAITING)).rowCount === 1, { what: `${what} to wait` }),
    async end() {
      holder.release(true);
      await database.close();
    },
  };
}

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
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
  return {
    begin: () => admin(`alter database "${name}" allow_connections false`, cut),
    /** It is there again at once. */
    blink: () => admin(cut),
    end: () => admin(`alter database "${name}" allow_connections true`),
  };
}
