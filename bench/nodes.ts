import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { CpuGroup } from './cpu/meter.ts';
import { endAll } from './cpu/processes.ts';
import { findProgram } from './packages.ts';

const exec = promisify(execFile);

/**
 * Many nodes made of one OpenSSH sshd: it listens on all loopback addresses, each of which is a node. They share a disk,
 * so what is written must bear the node's name.
 */
export interface Nodes {
  /** `127.1.0.1`, `127.1.0.2` … */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  /** One line per node, so that every contender checks the key of each. */
  readonly knownHostsFile: string;
  /** For OpenSSH and what runs it: everything that makes the contenders equal. */
  readonly sshConfig: string;
  /** HOME of everything that runs on a node. */
  readonly home: string;
  /** What sshd and everything under it uses. */
  readonly group: CpuGroup;
  /** Lets a further port lead to the nodes: the address with it counts as known. */
  know(address: string, port: number): Promise<void>;
  /** Ends every connection, so that nobody starts with a warm one; resolves when nothing but sshd itself is left. */
  cold(): Promise<void>;
  stop(): Promise<void>;
}

/** Deployday may be tidying hundreds of nodes after a run, and comes again when it is cut off. */
const COLD_WITHIN_MS = 90_000;
const KEX = 'curve25519-sha256';
const CIPHER = 'aes128-gcm@openssh.com';
const HOST_KEY = 'ssh-ed25519';

export const addressOf = (n: number) => `127.1.${Math.floor((n - 1) / 250)}.${((n - 1) % 250) + 1}`;

export async function startNodes(folder: string, count: number, group: CpuGroup): Promise<Nodes> {
  const sshd = findProgram('sshd');
  if (!sshd) throw new Error('sshd is not installed');
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true });
  const [hostKey, keyFile] = await Promise.all([
    makeKey(join(folder, 'host_key')),
    makeKey(join(folder, 'key')),
  ]);
  const port = await freePort();
  const { username: user } = userInfo();
  const addresses = Array.from({ length: count }, (_, i) => addressOf(i + 1));
  const publicKey = (await readFile(`${hostKey}.pub`, 'utf8')).trim();
  const known: string[] = addresses.map((address) => `[${address}]:${port} ${publicKey}`);
  const knownHostsFile = join(folder, 'known_hosts');
  const writeKnown = () => writeFile(knownHostsFile, `${known.join('\n')}\n`);
  await writeKnown();
  const sshConfig = join(folder, 'ssh_config');
  await writeFile(sshConfig, clientConfig({ user, port, keyFile, knownHostsFile }));
  await writeFile(join(folder, 'sshd_config'), serverConfig({ folder, port, hostKey, keyFile, home }));
  // As root, sshd insists on its separation directory, which the package's start script would make.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });

  const [program = '', ...words] = group.wrap([
    ...['setpriv', '--pdeathsig', 'KILL', sshd, '-D', '-e', '-f', join(folder, 'sshd_config')],
  ]);
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  await answers(child, port);
  const others = async () => (await group.pids()).filter((pid) => pid !== child.pid);
  return {
    ...{ addresses, port, user, keyFile, knownHostsFile, sshConfig, home, group },
    async know(address, at) {
      known.push(`[${address}]:${at} ${publicKey}`);
      await writeKnown();
    },
    async cold() {
      // Those that are about to end by themselves do, and what they use for it counts.
      const patience = Date.now() + 1_000;
      while ((await others()).length > 0 && Date.now() < patience) await delay(20);
      await endAll(others, 'SIGTERM', COLD_WITHIN_MS);
    },
    async stop() {
      await endAll(() => group.pids(), 'SIGKILL');
    },
  };
}

/** Resolves when something answers at the port. */
async function answers(sshd: ChildProcess, port: number): Promise<void> {
  let log = '';
  sshd.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const deadline = Date.now() + 10_000;
  for (;;) {
    if (sshd.exitCode !== null) throw new Error(`sshd ended with ${sshd.exitCode}: ${log}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (Date.now() > deadline) throw new Error(`sshd does not listen on port ${port}: ${log}`);
    await delay(20);
  }
}

async function makeKey(file: string): Promise<string> {
  await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  return file;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

function serverConfig(at: { folder: string; port: number; hostKey: string; keyFile: string; home: string }) {
  return `${[
    // All addresses, but of the loopback interface only: nobody else reaches these nodes.
    `ListenAddress 0.0.0.0:${at.port} rdomain lo`,
    `HostKey ${at.hostKey}`,
    `AuthorizedKeysFile ${at.keyFile}.pub`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    'PrintMotd no',
    'PrintLastLog no',
    'LogLevel ERROR',
    'MaxStartups 2000',
    'MaxSessions 100',
    `KexAlgorithms ${KEX}`,
    `Ciphers ${CIPHER}`,
    `HostKeyAlgorithms ${HOST_KEY}`,
    'Subsystem sftp internal-sftp',
    `SetEnv "HOME=${at.home}" "DEPLOYDAY_STATE=${join(at.folder, 'state')}"`,
  ].join('\n')}\n`;
}

function clientConfig(at: { user: string; port: number; keyFile: string; knownHostsFile: string }) {
  return `${[
    `User ${at.user}`,
    `Port ${at.port}`,
    `IdentityFile ${at.keyFile}`,
    'IdentitiesOnly yes',
    'PreferredAuthentications publickey',
    'BatchMode yes',
    `UserKnownHostsFile ${at.knownHostsFile}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'UpdateHostKeys no',
    'CheckHostIP no',
    'AddressFamily inet',
    'GSSAPIAuthentication no',
    'LogLevel ERROR',
    `KexAlgorithms ${KEX}`,
    `Ciphers ${CIPHER}`,
    `HostKeyAlgorithms ${HOST_KEY}`,
  ].join('\n')}\n`;
}
