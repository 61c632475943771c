import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chooseAccount } from '../../db/embedded/account.ts';
import { findBinaries } from '../../db/embedded/binaries.ts';
import { readPidFile } from '../../db/embedded/leftover.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../db/embedded.ts';
import { startInProcess, untilGone } from './embedded/process.ts';

/** A closed home: PostgreSQL, which is not root even when we are, must reach the folder within it all the same. */
let home: string;
let dir: string;
let server: EmbeddedPostgres | undefined;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
  await chmod(home, 0o700);
  dir = join(home, 'clone', 'data', 'postgres');
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(() => rm(home, { recursive: true, force: true }));

async function query<Row extends pg.QueryResultRow>(
  connection: string | pg.ClientConfig,
  text: string,
): Promise<Row[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a private PostgreSQL', () => {
  test('is made in a closed home and reached by connection and by URL', async () => {
    const told: string[] = [];
    server = await startEmbeddedPostgres({ dir, log: (line) => told.push(line) });
    expect(told).toEqual([expect.stringMatching(/^making the database in /)]);
    for (const connection of [server.connection, server.url]) {
      const rows = await query(
        connection,
        `select current_database() as database, current_setting('listen_addresses') as tcp,
                current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
                (select datcollate from pg_database where datname = current_database()) as collation,
                (select rolsuper from pg_roles where rolname = current_user) as superuser`,
      );
      expect(rows).toEqual([
        { database: 'deployday', tcp: '', encoding: 'UTF8', fsync: 'on', collation: 'C', superuser: false },
      ]);
    }
    const uid = Number(readFileSync(`/proc/${server.pid}/status`, 'utf8').match(/^Uid:\s+(\d+)/m)?.[1]);
    expect(uid).not.toBe(0);
    for (const path of [dir, join(dir, 'cluster'), server.connection.host]) {
      expect(statSync(path).mode & 0o777, path).toBe(0o700);
    }
    expect(statSync(join(dir, 'postgres.log')).mode & 0o777).toBe(0o600);
  });

  test('keeps what was written over a stop and a start', async () => {
    server = await startEmbeddedPostgres({ dir });
    await query(server.connection, 'create table kept as select 42 as answer');
    const { pid } = server;
    await server.stop();
    await untilGone(pid);
    server = await startEmbeddedPostgres({ dir });
    expect(await query(server.connection, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('a second start on the same folder is refused with the holder’s pid, and the first goes on', async () => {
    server = await startEmbeddedPostgres({ dir });
    await expect(startEmbeddedPostgres({ dir })).rejects.toThrow(
      new RegExp(
        `the database in .* is in use by pid ${process.pid} \\(started .*\\); stop it, or start with DEPLOYDAY_DATA=`,
      ),
    );
    expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('environment variables of PostgreSQL change nothing', async () => {
    process.env.PGPORT = '6543';
    process.env.PGDATA = '/nowhere';
    onTestFinished(() => {
      delete process.env.PGPORT;
      delete process.env.PGDATA;
    });
    server = await startEmbeddedPostgres({ dir });
    expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a folder too deep for a socket gets its socket elsewhere, closed to others and removed at the stop', async () => {
    const deep = join(home, ...Array<string>(12).fill('a-rather-long-name'), 'postgres');
    server = await startEmbeddedPostgres({ dir: deep });
    const { host } = server.connection;
    expect(host.startsWith(deep)).toBe(false);
    expect(statSync(host).mode & 0o777).toBe(0o700);
    expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(existsSync(host)).toBe(false);
  });

  test('the log file is put aside when it is large', async () => {
    await writeFile(join(dir, 'postgres.log'), Buffer.alloc(5 * 1024 * 1024, 'x'));
    server = await startEmbeddedPostgres({ dir });
    expect(statSync(join(dir, 'postgres.log.1')).size).toBe(5 * 1024 * 1024);
    expect(statSync(join(dir, 'postgres.log')).size).toBeLessThan(100_000);
  });
});

describe('after an accident', () => {
  test('the server stops when its process is killed, and nothing committed is lost', async () => {
    const child = startInProcess(dir);
    const [, pid, host] = (await child.outcome).split(' ') as [string, string, string];
    const connection = { host, port: 5432, user: 'deployday', database: 'deployday' };
    await query(connection, 'create table before_the_kill as select 7 as seven');
    child.process.kill('SIGKILL');
    await untilGone(Number(pid));
    server = await startEmbeddedPostgres({ dir });
    expect(await query(server.connection, 'select seven from before_the_kill')).toEqual([{ seven: 7 }]);
  });

  test('a start right after the kill waits for the old server to go', async () => {
    const child = startInProcess(dir);
    await child.outcome;
    child.process.kill('SIGKILL');
    await child.exited;
    server = await startEmbeddedPostgres({ dir });
    expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a server that was left running is stopped and replaced', async () => {
    await startEmbeddedPostgres({ dir }).then((first) => first.stop());
    const cluster = join(dir, 'cluster');
    const { postgres } = await findBinaries();
    const { prefix } = await chooseAccount(dir, cluster, postgres);
    const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${join(dir, 'socket')}`];
    const [command, ...words] = [...prefix, postgres, '-D', cluster, ...settings] as [string, ...string[]];
    const left = spawn(command, words, { stdio: 'ignore' });
    await expect.poll(async () => (await readPidFile(cluster))?.ready, { timeout: 20_000 }).toBe(true);
    const told: string[] = [];
    server = await startEmbeddedPostgres({ dir, log: (line) => told.push(line) });
    expect(told).toEqual([`stopping the PostgreSQL that an earlier process left running (pid ${left.pid})`]);
    expect(server.pid).not.toBe(left.pid);
    expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a killed server is reported, releases the folder, and recovers at the next start', async () => {
    const first = await startEmbeddedPostgres({ dir });
    await query(first.connection, 'create table before_the_crash as select 8 as eight');
    process.kill(first.pid, 'SIGKILL');
    expect((await first.died).message).toMatch(/ended by itself \(signal SIGKILL\); log: .*postgres\.log/);
    server = await startEmbeddedPostgres({ dir });
    expect(await query(server.connection, 'select eight from before_the_crash')).toEqual([{ eight: 8 }]);
  });

  test('a pid file whose pid now belongs to another process does not stop the start', async () => {
    const first = await startEmbeddedPostgres({ dir });
    const file = join(dir, 'cluster', 'postmaster.pid');
    const lines = readFileSync(file, 'utf8').split('\n');
    await first.stop();
    const other = spawn('sleep', ['600'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill());
    await writeFile(file, [other.pid, ...lines.slice(1)].join('\n'), { mode: 0o600 });
    server = await startEmbeddedPostgres({ dir });
    expect(await query(server.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(other.exitCode).toBeNull();
  });

  test('what an interrupted making left behind is removed', async () => {
    const fresh = join(home, 'interrupted');
    await mkdir(join(fresh, 'cluster.new-abc', 'base'), { recursive: true });
    server = await startEmbeddedPostgres({ dir: fresh });
    expect((await readdir(fresh)).filter((name) => name.startsWith('cluster'))).toEqual(['cluster']);
  });

  test('a cluster of another major version is refused with what to do', async () => {
    const old = join(home, 'old');
    await mkdir(join(old, 'cluster'), { recursive: true });
    await writeFile(join(old, 'cluster', 'PG_VERSION'), '15\n');
    await expect(startEmbeddedPostgres({ dir: old })).rejects.toThrow(
      /cluster was made by PostgreSQL 15, this is 18: move its contents with pg_dump/,
    );
  });
});
