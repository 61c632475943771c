import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseAccount } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { DATABASE, ensureCluster, SERVER_ENVIRONMENT } from './embedded/cluster.ts';
import { readPidFile, stopLeftover } from './embedded/leftover.ts';
import { lockFolder } from './embedded/lock.ts';
import { type LogFile, openLogFile } from './embedded/logfile.ts';
import { DataFolderError, explainServerOutput, shownPath } from './embedded/problem.ts';
import { dropSocketFolder, prepareSocketFolder } from './embedded/socket.ts';

export interface EmbeddedPostgres {
  /** For `pg`: `host` is the folder of the server's socket. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  };
  /** The same as a URL that `pg` understands. */
  readonly url: string;
  readonly pid: number;
  /** Fulfilled with the reason if the server ends without `stop()`; never rejected. */
  readonly died: Promise<Error>;
  /** Ends open connections, writes everything to disk and returns when the server is gone. Again: no effect. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, the socket and the log; made if absent. */
  readonly dir: string;
  /** Gets a line about anything that takes time or is out of the ordinary. */
  readonly log?: (line: string) => void;
  /** PostgreSQL settings that replace or add to ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One machine, one small team: modest memory, everything else as safe as PostgreSQL comes. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '50',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Statements carry values, and values may be secret.
  log_min_error_statement: 'panic',
};

/** Recovery after a crash may take long on a slow disk; a server that is gone is noticed at once. */
const START_PATIENCE_MS = 300_000;
const FAST_STOP_MS = 60_000;

/**
 * Starts the private PostgreSQL in `dir`: no TCP, a socket only its owner can reach. It stops with this process, also when
 * this process is killed. Works as an ordinary user and as root. Throws a DataFolderError, one line, when `dir` is in
 * use, cannot be written, or is full.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.dir);
  const log = options.log ?? (() => {});
  const lock = lockFolder(folder, (where, holder) => {
    const by = holder ? `pid ${holder.pid} (started ${holder.started})` : 'another process';
    return `the database in ${where} is in use by ${by}; stop it, or start with DEPLOYDAY_DATA=./other`;
  });
  try {
    const server = await startLocked(folder, log, options.settings ?? {});
    void server.died.then(() => lock.release());
    return {
      ...server,
      async stop() {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(
  folder: string,
  log: (line: string) => void,
  settings: Readonly<Record<string, string>>,
): Promise<EmbeddedPostgres> {
  const cluster = join(folder, 'cluster');
  const binaries = await findBinaries();
  await stopLeftover(cluster, log);
  const account = await chooseAccount(folder, cluster, binaries.postgres);
  await ensureCluster(cluster, binaries, account, log);
  const socketFolder = await prepareSocketFolder(folder, account);
  const logFile = openLogFile(join(folder, 'postgres.log'));

  const given = { ...SETTINGS, unix_socket_directories: socketFolder, ...settings };
  const command = [
    ...account.prefix,
    ...['setpriv', '--pdeathsig', 'INT', binaries.postgres, '-D', cluster],
    ...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(command[0] as string, command.slice(1), {
    env: SERVER_ENVIRONMENT,
    cwd: '/',
    stdio: ['ignore', logFile.fd, logFile.fd],
    detached: true, // Ctrl-C in the terminal is for us: we stop the server when we have finished with it
  });
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  try {
    await waitUntilReady(child, ended, { folder, cluster, logFile, log });
  } catch (error) {
    logFile.close();
    throw error;
  }
  child.unref();

  let stopping: Promise<void> | undefined;
  const died = new Promise<Error>((done) => {
    void ended.then((how) => {
      logFile.close();
      if (!stopping)
        done(
          new Error(
            `PostgreSQL in ${shownPath(folder)} ended by itself (${how}); log: ${shownPath(logFile.path)}`,
          ),
        );
    });
  });
  const connection = { host: socketFolder, port: 5432, database: DATABASE, user: DATABASE };
  return {
    connection,
    url: `postgresql://${DATABASE}@/${DATABASE}?host=${encodeURIComponent(socketFolder)}&port=5432`,
    pid: child.pid as number,
    died,
    stop() {
      stopping ??= stopServer(child, ended).then(() => dropSocketFolder(folder, socketFolder));
      return stopping;
    },
  };
}

async function waitUntilReady(
  child: ChildProcess,
  ended: Promise<string>,
  about: { folder: string; cluster: string; logFile: LogFile; log: (line: string) => void },
): Promise<void> {
  let exit: string | undefined;
  void ended.then((how) => {
    exit = how;
  });
  const started = Date.now();
  let told = false;
  for (;;) {
    await Promise.race([ended, delay(10)]);
    if (exit !== undefined) {
      const said = about.logFile.sinceOpened();
      throw explainServerOutput(
        said || `error: ${exit}`,
        'start PostgreSQL',
        about.folder,
        about.logFile.path,
      );
    }
    const file = await readPidFile(about.cluster);
    if (file?.ready && file.pid === child.pid) return;
    const waited = Date.now() - started;
    if (waited > 5_000 && !told) {
      about.log('PostgreSQL is still starting, perhaps recovering from a crash');
      told = true;
    }
    if (waited > START_PATIENCE_MS) {
      await stopServer(child, ended);
      throw new DataFolderError(
        `PostgreSQL in ${shownPath(about.folder)} was not ready after ${START_PATIENCE_MS / 60_000} minutes; log: ${shownPath(about.logFile.path)}`,
      );
    }
  }
}

/** Fast shutdown; if that takes too long, immediate: the next start recovers. */
async function stopServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.ref();
  child.kill('SIGINT');
  const giveUp = new AbortController();
  const late = delay(FAST_STOP_MS, 'late', { signal: giveUp.signal }).catch(() => 'ended');
  const first = await Promise.race([ended, late]);
  giveUp.abort();
  if (first !== 'late') return;
  child.kill('SIGQUIT');
  await ended;
}
