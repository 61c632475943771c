import { execFile } from 'node:child_process';
import { chown, lchown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataFolderError, shownPath } from './problem.ts';

const run = promisify(execFile);

/** Who PostgreSQL runs as. It refuses to run as root. */
export interface Account {
  /** Words to put before a command so that it runs as this account; empty when it is ours already. */
  readonly prefix: readonly string[];
  /** Gives a path, and all below it, to this account. */
  own(path: string): Promise<void>;
}

const NOBODY = 65534;

/**
 * An ordinary user runs PostgreSQL as itself. Root becomes, in this order:
 *  - the user who owns the cluster already, else nobody, with no rights at all;
 *  - the same with the one right to pass closed folders, when folder or programs lie under somebody's 0700 home;
 *  - nobody within a user namespace, where another user id cannot be taken.
 * Each is tried before it is chosen.
 * @param folder must exist; holds the cluster, the socket and the log
 * @param program one of PostgreSQL's programs, to see that the account reaches it
 */
export async function chooseAccount(folder: string, cluster: string, program: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [], own: async () => {} };
  const { uid, gid } = await ownerToBe(cluster);
  const as = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  const passClosedFolders = [
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
    // Without this, access(2), by which PostgreSQL looks at its own programs, would not count the right.
    '--securebits=+no_setuid_fixup',
  ];
  const ways: (Account & { readonly uid: number; readonly gid: number })[] = [
    { prefix: as, uid, gid, own: (path) => give(path, uid, gid) },
    { prefix: [...as, ...passClosedFolders], uid, gid, own: (path) => give(path, uid, gid) },
    {
      prefix: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
      uid: 0,
      gid: 0,
      own: (path) => give(path, 0, 0),
    },
  ];
  const refusals: string[] = [];
  for (const way of ways) {
    try {
      await chown(folder, way.uid, way.gid);
      await run(way.prefix[0] as string, [
        ...way.prefix.slice(1),
        '/bin/sh',
        '-c',
        REACHES,
        'sh',
        program,
        folder,
      ]);
      return way;
    } catch (error) {
      const { message, stderr } = error as Error & { stderr?: string };
      refusals.push(`${way.prefix[0]}: ${stderr?.trim() || message.split('\n')[0]}`);
    }
  }
  throw new DataFolderError(
    `PostgreSQL does not run as root, and no other account could be taken for ${shownPath(folder)} (${refusals.join('; ')}); ` +
      'start as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours',
  );
}

const REACHES = 'test -x "$1" && test -w "$2" || { echo "no access to $1 or $2" >&2; exit 1; }';

async function ownerToBe(cluster: string): Promise<{ uid: number; gid: number }> {
  const existing = await stat(cluster).catch(() => undefined);
  return existing && existing.uid !== 0 ? existing : { uid: NOBODY, gid: NOBODY };
}

async function give(path: string, uid: number, gid: number): Promise<void> {
  const top = await stat(path);
  if (top.uid === uid && top.gid === gid) return; // the top is given last, so all below is given, too
  if (top.isDirectory()) {
    for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
      await lchown(join(entry.parentPath, entry.name), uid, gid);
    }
  }
  await chown(path, uid, gid);
}
