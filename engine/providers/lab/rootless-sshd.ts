import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { run } from './command.ts';
import { exists } from './disk-file.ts';
import { withFileLock } from './file-lock.ts';

/** How to run sshd inside a rootless machine. */
export interface Sshd {
  /** Words after `env -i`: variables, then the command. */
  readonly command: readonly string[];
  /** Further lines for its configuration. */
  readonly options: readonly string[];
  /** Where fetched files lie on this host; bound to /run/sshd-files in the machine. */
  readonly files: string | null;
}

const inMachine = '/run/sshd-files';

/** This host's sshd, or one fetched from its Debian archive and unpacked, which needs no root. */
export async function ensureSshd(cacheDir: string, progress: (line: string) => void): Promise<Sshd> {
  const arguments_ = ['-i', '-f', '/etc/ssh/sshd_config'];
  if (await exists('/usr/sbin/sshd'))
    return { command: ['/usr/sbin/sshd', ...arguments_], options: [], files: null };
  const files = join(cacheDir, 'sshd-files');
  if (!(await exists(files)))
    await withFileLock(join(cacheDir, 'sshd.lock'), () => fetchSshd(files, cacheDir, progress));
  const options: string[] = [];
  for (const [option, program] of [
    ['SshdSessionPath', 'sshd-session'],
    ['SshdAuthPath', 'sshd-auth'],
  ]) {
    // newer releases of sshd are split into several programs
    const path = `usr/lib/openssh/${program}`;
    if (await exists(join(files, path))) options.push(`${option} ${inMachine}/${path}`);
  }
  const libraries = (await readdir(join(files, 'usr/lib')).catch(() => []))
    .filter((name) => name.includes('-linux-'))
    .map((name) => `${inMachine}/usr/lib/${name}`);
  return {
    command: [`LD_LIBRARY_PATH=${libraries.join(':')}`, `${inMachine}/usr/sbin/sshd`, ...arguments_],
    options,
    files,
  };
}

async function fetchSshd(files: string, cacheDir: string, progress: (line: string) => void): Promise<void> {
  if (await exists(files)) return;
  progress('sshd is not installed here: fetching openssh-server to unpack it for the lab alone');
  const work = await mkdtemp(join(cacheDir, 'sshd-'));
  try {
    const plan = await run(['apt-get', '-s', '--no-install-recommends', 'install', 'openssh-server']);
    const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
    await run(['apt-get', 'download', ...packages], { cwd: work, timeoutMs: 10 * 60_000 });
    const unpacked = join(work, 'files');
    for (const name of await readdir(work)) {
      if (name.endsWith('.deb')) await run(['dpkg-deb', '-x', join(work, name), unpacked]);
    }
    await rename(unpacked, files);
  } catch (error) {
    throw new ProviderError(
      'missing',
      `rootless machines need sshd: it is not installed, and fetching it failed (${(error as Error).message}); ask an administrator for: apt-get install openssh-server`,
      { cause: error },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
