import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../bot/config/package-root.ts';
import { ensureBuilt } from '../../setup/build.js';
import { freePort, startSshd, type TestSshd } from './sshd.ts';
import { createTranscript } from './transcript.ts';

/** How a process ended: with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The built program as a process of its own, with a pipe to type into. */
export interface BotProcess {
  readonly pid: number;
  type(line: string): void;
  /** The next line on standard output that matches. */
  heard(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Types a line and reads its first answer that matches. */
  ask(line: string, pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Closes standard input, as the end of a pipe does. */
  endInput(): void;
  readonly lines: readonly string[];
  transcript(): string;
  /** Stops it from doing anything, as a machine that hangs, until {@link BotProcess.resume}. */
  pause(): void;
  resume(): void;
  /** Sends the signal and waits for the end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ending>;
  readonly ended: Promise<Ending>;
}

export interface StartOptions {
  /** Arguments of the program. */
  readonly words?: readonly string[];
  /** Options of Node. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `pipe`: commands can be typed; `ignore`: /dev/null. Default `pipe`. */
  readonly stdin?: 'pipe' | 'ignore';
  /** Hears each line of standard output at once. */
  readonly onLine?: (line: string) => void;
}

/** A folder to start the program in: its configuration, its data, and a pool of real sshds. */
export interface Home {
  readonly folder: string;
  readonly data: string;
  readonly port: number;
  readonly sshds: readonly TestSshd[];
  /** Writes `deployday.yaml`. */
  configure(yaml: string): Promise<void>;
  /** Starts the program here, with our data folder and port in the environment. */
  start(options?: StartOptions): BotProcess;
  /** Starts it and waits until it is ready. */
  ready(options?: StartOptions): Promise<BotProcess>;
  /** Starts it and waits for its end. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ending>;
  get(path: string): Promise<string>;
  /** Ends what still runs and removes everything. */
  remove(): Promise<void>;
}

export interface HomeOptions {
  /** So many machines in the pool `rack`. */
  readonly machines?: number;
  readonly blueprints?: readonly string[];
  /** Identities that may do everything, beside who sits at the terminal. */
  readonly admins?: readonly string[];
  /** Further lines of the configuration. */
  readonly config?: readonly string[];
  /** Environment of everything that is started here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the first machine is reached, when not at its own port. */
  readonly port?: (sshd: TestSshd) => Promise<number>;
  /** The data folder is a copy of that one's, in which nothing runs. */
  readonly dataOf?: Home;
}

const START_MS = 60_000;

let built = false;

/** Once per process of tests: sources that change meanwhile count from the next one on. */
function buildOnce(): void {
  if (!built) ensureBuilt(packageRoot());
  built = true;
}

export async function makeHome(options: HomeOptions = {}): Promise<Home> {
  buildOnce();
  const folder = await mkdtemp(join(tmpdir(), 'deployday-process-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const sshds: TestSshd[] = [];
  for (let i = 0; i < (options.machines ?? 0); i += 1) {
    const first = sshds[0];
    sshds.push(await startSshd(first ? { alsoAuthorized: [first.clientKey] } : {}));
  }
  const running = new Set<BotProcess>();
  const file = (name: string) => join(folder, name);
  await writeFile(file('deployday.yaml'), await configuration(sshds, folder, options));
  // Node's own copy would make all files ours: PostgreSQL's are its account's.
  if (options.dataOf) await promisify(execFile)('cp', ['-a', '--reflink=auto', options.dataOf.data, data]);

  const start = (given: StartOptions = {}) => {
    const env = {
      DEPLOYDAY_DATA: data,
      PORT: String(port),
      LOG_LEVEL: 'debug',
      ...options.env,
      ...given.env,
    };
    const started = startProcess(folder, { ...given, env });
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  return {
    folder,
    data,
    port,
    sshds,
    configure: (yaml) => writeFile(file('deployday.yaml'), yaml),
    start,
    async ready(given) {
      const started = start(given);
      await started.heard(/^ready/, START_MS);
      return started;
    },
    run: (words, env = {}) => start({ words, env, stdin: 'ignore' }).ended,
    get: async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
    async remove() {
      for (const each of running) await each.end('SIGKILL');
      for (const sshd of sshds) await sshd.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

async function configuration(
  sshds: readonly TestSshd[],
  folder: string,
  { blueprints = [], admins = [], config = [], port }: HomeOptions,
): Promise<string> {
  const lines = [`admins: ${JSON.stringify(admins)}`, ...config];
  if (blueprints.length > 0) lines.push(`blueprints: ${JSON.stringify(blueprints)}`);
  const [first] = sshds;
  if (!first) return `${lines.join('\n')}\n`;
  const ports = await Promise.all(sshds.map((sshd) => port?.(sshd) ?? sshd.port));
  const known = sshds.flatMap((sshd, i) => sshd.hostKeys.map((key) => `[127.0.0.1]:${ports[i]} ${key}\n`));
  await writeFile(join(folder, 'key'), first.endpoint.privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'known_hosts'), known.join(''));
  const nodes = ports.map((at, i) => ({ name: `r${i + 1}`, address: '127.0.0.1', port: at }));
  const rack = {
    provider: 'ssh',
    user: first.endpoint.user,
    key: './key',
    hostKeys: './known_hosts',
    nodes,
  };
  lines.push(`pools: ${JSON.stringify({ rack })}`);
  return `${lines.join('\n')}\n`;
}

const SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'PORT', 'DEPLOYDAY_DATA', 'LOG_LEVEL'];

function startProcess(
  cwd: string,
  { words = [], node = [], env: settings = {}, stdin = 'pipe', onLine }: StartOptions,
): BotProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.includes(name)));
  const main = join(packageRoot(), 'dist', 'bot', 'main.js');
  // It must not outlive a test run that is killed.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, ...node, main, ...words], {
    cwd,
    env: { ...env, ...settings },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  const said = createTranscript(onLine);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    said.push(chunk);
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  child.stdin?.on('error', () => {}); // it has ended; what was said tells the rest
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      said.end(`the process ended with ${code ?? signal}: ${err}`);
      resolve({ code, signal, out, err });
    });
  });
  const type = (line: string) => void child.stdin?.write(`${line}\n`);
  return {
    pid: child.pid as number,
    type,
    heard: (pattern, timeoutMs) => said.heard(pattern, timeoutMs),
    ask(line, pattern, timeoutMs) {
      type(line);
      return said.heard(pattern, timeoutMs);
    },
    endInput: () => void child.stdin?.end(),
    lines: said.lines,
    transcript: () => said.text(),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    end(signal) {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** The text of a file on a machine of the pool; empty when it is not there. */
export function fileOn(sshd: TestSshd, name: string): Promise<string> {
  return readFile(join(sshd.home, name), 'utf8').catch(() => '');
}
