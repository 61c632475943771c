import { spawn } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { DataFolderError, explainFileError, explainServerOutput, shownPath } from './problem.ts';

/** The database and its owner. The superuser `postgres` stays for repairs by hand. */
export const DATABASE = 'deployday';

/** What programs of PostgreSQL get as environment: nothing of ours, so that no PGPORT or PGDATA changes them. */
export const SERVER_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

const FIRST_STATEMENTS = [
  `create role ${DATABASE} login createdb`,
  `create database ${DATABASE} owner ${DATABASE}`,
];

/** Makes the cluster if it is absent: whole, or not at all. Refuses one of another major version. */
export async function ensureCluster(
  cluster: string,
  binaries: Binaries,
  account: Account,
  log: (line: string) => void,
): Promise<void> {
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw explainFileError(error, 'read', cluster);
    },
  );
  if (version === undefined) {
    await makeCluster(cluster, binaries, account, log);
  } else if (version.trim() !== binaries.majorVersion) {
    throw new DataFolderError(
      `${shownPath(cluster)} was made by PostgreSQL ${version.trim()}, this is ${binaries.majorVersion}: ` +
        'move its contents with pg_dump of the old version, or choose another folder with DEPLOYDAY_DATA=./other',
    );
  } else {
    await account.own(cluster);
  }
}

async function makeCluster(
  cluster: string,
  binaries: Binaries,
  account: Account,
  log: (line: string) => void,
): Promise<void> {
  const folder = dirname(cluster);
  log(`making the database in ${shownPath(folder)}`);
  await removeUnfinished(folder, `${basename(cluster)}.new-`);
  const fresh = await mkdtemp(`${cluster}.new-`).catch((error) => {
    throw explainFileError(error, 'make the database in', folder);
  });
  try {
    await account.own(fresh);
    await runProgram(account, cluster, [
      binaries.initdb,
      `--pgdata=${fresh}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C',
      '--auth-local=trust',
      '--auth-host=reject',
      '--no-instructions',
    ]);
    // One process without a socket: the cluster gets its name only after it is complete.
    const single = [
      binaries.postgres,
      '--single',
      '-j',
      '-D',
      fresh,
      '-c',
      'log_checkpoints=off',
      'postgres',
    ];
    await runProgram(
      account,
      cluster,
      single,
      FIRST_STATEMENTS.map((statement) => `${statement};\n\n`).join(''),
    );
    await rename(fresh, cluster);
    await syncFolder(folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error instanceof DataFolderError ? error : explainFileError(error, 'make the database in', folder);
  }
}

async function removeUnfinished(folder: string, start: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(start)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function runProgram(account: Account, cluster: string, command: string[], input = ''): Promise<void> {
  const [program, ...words] = [...account.prefix, 'setpriv', '--pdeathsig', 'TERM', ...command] as [
    string,
    ...string[],
  ];
  const child = spawn(program, words, { env: SERVER_ENVIRONMENT, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.stdin.on('error', () => {}); // it ended before it read everything: its exit code tells
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A failing statement does not change the exit code of a single-user server.
  if (code === 0 && !/\b(ERROR|FATAL|PANIC):/.test(output)) return;
  throw explainServerOutput(
    output,
    'make the database',
    dirname(cluster),
    join(dirname(cluster), 'postgres.log'),
  );
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
