import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const env = {
  ...process.env,
  PATH: `${process.env.PATH ?? ''}:/usr/bin:/usr/sbin:/bin`,
  DEBIAN_FRONTEND: 'noninteractive',
};

let installing: Promise<void> | null = null;

/**
 * Where `ansible-playbook` is on this host. As root on Debian it is installed when it is missing, and `say` is told; else the
 * problem says what to do.
 */
export async function findAnsible(
  say: (line: string) => void,
): Promise<{ command: string } | { problem: string }> {
  if (await isThere()) return { command: 'ansible-playbook' };
  const byHand = 'install it on the host that runs the worker: apt-get install ansible-core openssh-client';
  if (process.getuid?.() !== 0) return { problem: `ansible-playbook is not here; ${byHand}` };
  say('installing Debian packages on this host: ansible-core (runs playbooks), openssh-client');
  try {
    installing ??= install().finally(() => {
      installing = null;
    });
    await installing;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const why = (stderr?.trim() || message).split('\n').at(-1);
    return { problem: `ansible-playbook is not here and apt-get cannot install it (${why}); ${byHand}` };
  }
  return (await isThere())
    ? { command: 'ansible-playbook' }
    : { problem: `ansible-core is installed, and ansible-playbook is not on the PATH; ${byHand}` };
}

async function isThere(): Promise<boolean> {
  return exec('sh', ['-c', 'command -v ansible-playbook && command -v ssh'], { env }).then(
    () => true,
    () => false,
  );
}

async function install(): Promise<void> {
  const apt = (...words: string[]) =>
    exec('apt-get', ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', ...words], { env, timeout: 15 * 60_000 });
  const wanted = ['install', '--no-install-recommends', 'ansible-core', 'openssh-client'];
  // The usual reason of a failure is missing or outdated package lists.
  await apt(...wanted).catch(() => apt('update').then(() => apt(...wanted)));
}
