import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

/** A private folder for one server's files, and what removes it. */
export async function privateFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * A port nobody listens on. Below the range that outgoing connections take theirs from: a client that keeps
 * trying a port in that range can end up connected to itself, and the restarted server finds the port taken.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = net.createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export interface Daemon {
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** A process of ours: dies with the test run whatever happens to it. */
export function daemon(command: string, words: readonly string[]): Daemon {
  // setpriv lets the kernel end the server when the test process is gone; a server that aborts leaves no core file here.
  const limited = ['--core=0', 'setpriv', '--pdeathsig', 'KILL', command, ...words];
  const child: ChildProcess = spawn('prlimit', limited, {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  const exit = once(child, 'exit');
  return {
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exit;
      clearTimeout(patience);
    },
  };
}

/** Tries again every few milliseconds until it returns something, at most for `within` milliseconds. */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | undefined> | T | undefined,
  { within = 15_000, log }: { within?: number; log?: string } = {},
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const result = await attempt();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > deadline) {
      const tail = log ? await readFile(log, 'utf8').catch(() => 'no log') : '';
      throw new Error(`not within ${within} ms: ${what}\n${tail.slice(-2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a server at the port answers the line with something that contains the text. */
export function answers(
  port: number,
  line: string,
  text: string,
  { secure = false } = {},
): Promise<true | undefined> {
  return new Promise((resolve) => {
    const to = { host: '127.0.0.1', port };
    const socket = secure ? tls.connect({ ...to, rejectUnauthorized: false }) : net.connect(to);
    let received = '';
    const end = (result: true | undefined): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(500, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
    socket.on(secure ? 'secureConnect' : 'connect', () => socket.write(`${line}\r\n`));
    socket.on('data', (data) => {
      received += data;
      if (received.includes(text)) end(true);
    });
  });
}
