import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Endpoint } from '../../engine/transport.ts';
import { needDebianPackages } from './debian.ts';
import type { Need } from './needs.ts';
import { until } from './until.ts';

const exec = promisify(execFile);

/** A real OpenSSH sshd on 127.0.0.1 that serves the user who runs the tests. */
export interface TestSshd {
  readonly port: number;
  /** OpenSSH public keys: ed25519, then ECDSA. */
  readonly hostKeys: readonly [string, string];
  /** Where tasks keep their state, and what they see as HOME. */
  readonly stateDir: string;
  readonly home: string;
  readonly endpoint: Endpoint;
  /** The OpenSSH public key that `endpoint` logs in with. */
  readonly clientKey: string;
  /** Ends the listening process and every connection: SIGKILL, as in a crash. Tasks go on. */
  kill(): Promise<void>;
  /** Listens again on the same port with the same keys. */
  start(): Promise<void>;
  /** The last lines of its log. */
  log(): string;
  /** Ends it, and removes all that it made. */
  stop(): Promise<void>;
}

export const needSshd = (): Promise<Need> => needDebianPackages(['openssh-server', 'openssh-client']);

export interface TestSshdOptions {
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** Environment that its sessions get beside HOME and DEPLOYDAY_STATE. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further public keys that may log in. */
  readonly alsoAuthorized?: readonly string[];
}

/** The files that an sshd is started with: keys, configuration, and a home for who logs in. */
export interface SshdSite
  extends Pick<TestSshd, 'port' | 'hostKeys' | 'stateDir' | 'home' | 'endpoint' | 'clientKey'> {
  /** Holds all of it. */
  readonly dir: string;
  /** Its sshd_config. */
  readonly config: string;
}

export async function prepareSshd(options: TestSshdOptions = {}): Promise<SshdSite> {
  const dir = await mkdtemp(join(tmpdir(), 'deployday-sshd-'));
  const home = join(dir, 'home');
  const stateDir = join(dir, 'state');
  await mkdir(home);
  const user = userInfo().username;
  const port = await freePort();
  const [ed25519, ecdsa, client] = await Promise.all([
    makeKey(dir, 'host_ed25519', 'ed25519'),
    makeKey(dir, 'host_ecdsa', 'ecdsa'),
    makeKey(dir, 'client', 'ed25519'),
  ]);
  await writeFile(
    join(dir, 'authorized_keys'),
    `${[client.publicKey, ...(options.alsoAuthorized ?? [])].join('\n')}\n`,
    { mode: 0o600 },
  );
  // As root, sshd insists on its separation directory, which the package's start script would make.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const env = { HOME: home, DEPLOYDAY_STATE: stateDir, ...options.env };
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${ed25519.path}`,
    `HostKey ${ecdsa.path}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    'PrintMotd no',
    'MaxStartups 500',
    ...(options.config ?? []),
    `SetEnv ${Object.entries(env)
      .map(([name, value]) => `"${name}=${value}"`)
      .join(' ')}`,
  ];
  const file = join(dir, 'sshd_config');
  await writeFile(file, `${config.join('\n')}\n`);
  const hostKeys = [ed25519.publicKey, ecdsa.publicKey] as const;
  return {
    dir,
    config: file,
    port,
    hostKeys,
    stateDir,
    home,
    clientKey: client.publicKey,
    endpoint: {
      host: '127.0.0.1',
      port,
      user,
      privateKey: await readFile(client.path, 'utf8'),
      hostKeys,
    },
  };
}

export async function startSshd(options: TestSshdOptions = {}): Promise<TestSshd> {
  const { dir, config, ...site } = await prepareSshd(options);
  let child: ChildProcess | undefined;
  let log = '';

  async function start(): Promise<void> {
    // It must not outlive a test run that is killed.
    const command = ['/usr/sbin/sshd', '-D', '-e', '-f', config];
    child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let listening = false;
    child.stderr?.on('data', (data: Buffer) => {
      log = (log + data.toString('utf8')).slice(-20_000);
      if (log.includes(`Server listening on 127.0.0.1 port ${site.port}`)) listening = true;
    });
    log = '';
    const started = child;
    await until(
      () => {
        if (started.exitCode !== null) throw new Error(`sshd ended with ${started.exitCode}: ${log}`);
        return listening;
      },
      { what: 'sshd to listen' },
    );
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child?.once('exit', () => resolve()));
    for (const pid of await sshdProcessesUnder(child.pid as number)) tryKill(pid);
    await ended;
  }

  await start();
  return {
    ...site,
    kill,
    start,
    log: () => log,
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A key pair in OpenSSH form, made by ssh-keygen. */
export async function makeKey(dir: string, name: string, type: 'ed25519' | 'ecdsa' | 'rsa') {
  const path = join(dir, name);
  await exec('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
  await chmod(path, 0o600);
  const publicKey = (await readFile(`${path}.pub`, 'utf8')).trim();
  return { path, publicKey };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The listener and its per-connection processes; what they run for the user is left alone. */
async function sshdProcessesUnder(top: number): Promise<number[]> {
  const found = [top];
  for (const parent of found) {
    // One that ends meanwhile has no children any more.
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
    for (const pid of children.split(' ').filter(Boolean)) {
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      if (name.startsWith('sshd')) found.push(Number(pid));
    }
  }
  return found;
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
