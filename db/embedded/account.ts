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

interface Way extends Account {
  /** Who must own the files for it; undefined when they are right as they are. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * An ordinary user runs PostgreSQL as itself; if it has no name (a container with any user id), as nobody within a user
 * namespace, because PostgreSQL wants a name. Root becomes, in this order:
 *  - the user who owns the cluster already, else nobody, with no rights at all;
 *  - the same with the one right to pass closed folders, when folder or programs lie under somebody's 0700 home;
 *  - nobody within a user namespace, where another user id cannot be taken.
 * Each is tried before it is chosen.
 * @param folder must exist; holds the cluster, the socket and the log
 * @param program one of PostgreSQL's programs, to see that the account reaches it
 */
export async function chooseAccount(folder: string, cluster: string, program: string): Promise<Account> {
  const isRoot = process.getuid?.() === 0;
  const refusals: string[] = [];
  for (const way of isRoot ? waysForRoot(await ownerToBe(cluster)) : WAYS_FOR_OTHERS) {
    const [command = '', ...words] = [...way.prefix, '/bin/sh', '-c', WORKS, 'sh', program, folder];
    try {
      if (way.owner) await chown(folder, way.owner.uid, way.owner.gid);
      await run(command, words);
      return way;
    } catch (error) {
      const { message, stderr } = error as Error & { stderr?: string };
      refusals.push(`${command}: ${stderr?.trim() || message.split('\n')[0]}`);
    }
  }
  const who = isRoot
    ? 'PostgreSQL does not run as root, and no other account'
    : 'no account to run PostgreSQL as';
  throw new DataFolderError(
    `${who} could be found for ${shownPath(folder)} (${refusals.join('; ')}); ` +
      `${isRoot ? 'start as an ordinary user' : 'start as another user'}, or set DATABASE_URL to a PostgreSQL of yours`,
  );
}

const IN_A_NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];

const WAYS_FOR_OTHERS: readonly Way[] = [
  { prefix: [], own: async () => {} },
  { prefix: IN_A_NAMESPACE, own: async () => {} },
];

function waysForRoot({ uid, gid }: { uid: number; gid: number }): readonly Way[] {
  const as = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  const passClosedFolders = [
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
    // Without this, access(2), by which PostgreSQL looks at its own programs, would not count the right.
    '--securebits=+no_setuid_fixup',
  ];
  const owner = { uid, gid };
  const root = { uid: 0, gid: 0 };
  return [
    { prefix: as, owner, own: (path) => give(path, owner) },
    { prefix: [...as, ...passClosedFolders], owner, own: (path) => give(path, owner) },
    { prefix: IN_A_NAMESPACE, owner: root, own: (path) => give(path, root) },
  ];
}

/** PostgreSQL's own conditions: it reaches its programs, may write, and its user has a name. */
const WORKS =
  'test -x "$1" || { echo "cannot reach $1" >&2; exit 1; }; test -w "$2" || { echo "cannot write $2" >&2; exit 1; }; id -un';

async function ownerToBe(cluster: string): Promise<{ uid: number; gid: number }> {
  const existing = await stat(cluster).catch(() => undefined);
  return existing && existing.uid !== 0 ? existing : { uid: NOBODY, gid: NOBODY };
}

async function give(path: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  const top = await stat(path);
  if (top.uid === uid && top.gid === gid) return; // the top is given last, so all below is given, too
  if (top.isDirectory()) {
    for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
      await lchown(join(entry.parentPath, entry.name), uid, gid);
    }
  }
  await chown(path, uid, gid);
}
