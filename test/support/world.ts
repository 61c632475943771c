import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type App, createApp } from '../../bot/app.ts';
import { packageRoot } from '../../bot/config/package-root.ts';
import type { Config, PoolConfig } from '../../bot/config.ts';
import { type Policy, USUAL_POLICY } from '../../sessions/policy.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { freePort, startSshd, type TestSshd } from './sshd.ts';
import { createTranscript } from './transcript.ts';

/** The whole application, joined as in production, with a terminal that a test types into and reads from. */
export interface World {
  readonly app: App;
  readonly config: Config;
  readonly sshds: readonly TestSshd[];
  /** What the application writes into; for looking behind it. */
  readonly database: TestDatabase;
  /** Types a line. */
  type(line: string): void;
  /** The next line that matches, from where the last call stopped reading; rejects with what was said instead. */
  heard(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Types a line and reads its first answer that matches. */
  ask(line: string, pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Everything said so far. */
  transcript(): string;
  /** The lines said in the terminal, and those of the log. */
  said(): { readonly lines: readonly string[]; readonly logged: readonly string[] };
  /** Ends the process's part and starts it again on the same database and data folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** So many machines in the pool `rack`, each a real sshd of its own. */
  readonly machines?: number;
  /** Pools in place of `rack`. */
  readonly pools?: readonly PoolConfig[];
  readonly irc?: Config['irc'];
  readonly discord?: Config['discord'];
  readonly slack?: Config['slack'];
  readonly admins?: readonly string[];
  readonly blueprints?: readonly string[];
  readonly heavySlots?: number;
  /** Of the pool `rack`: how long a machine may stay away. */
  readonly patienceMs?: number;
  readonly policy?: Partial<Policy>;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const database = await createTestDatabase();
  const data = await mkdtemp(join(tmpdir(), 'deployday-world-'));
  const sshds = await startSshds(options.machines ?? 0);
  const config: Config = {
    file: null,
    data,
    http: { host: '127.0.0.1', port: await freePort(), publicUrl: null },
    console: true,
    irc: options.irc ?? [],
    ...(options.slack ? { slack: options.slack } : {}),
    ...(options.discord ? { discord: options.discord } : {}),
    admins: ['console:local', ...(options.admins ?? [])],
    pools: options.pools ?? [rackOf(sshds, options)],
    blueprints: options.blueprints ?? [join(packageRoot(), 'blueprints')],
    ...(options.policy ? { policy: { ...USUAL_POLICY, ...options.policy } } : {}),
    databaseUrl: database.url,
    redisUrl: null,
    logLevel: 'info',
    warnings: [],
  };
  let terminal = openTerminal();
  let app = await open(config, terminal);
  return {
    get app() {
      return app;
    },
    config,
    sshds,
    database,
    type: (line) => terminal.type(line),
    heard: (pattern, timeoutMs) => terminal.heard(pattern, timeoutMs),
    ask(line, pattern, timeoutMs) {
      terminal.type(line);
      return terminal.heard(pattern, timeoutMs);
    },
    transcript: () => terminal.transcript(),
    said: () => ({ lines: terminal.lines, logged: terminal.logged }),
    async restart() {
      await app.stop();
      terminal = openTerminal();
      app = await open(config, terminal);
    },
    async close() {
      await app.stop();
      await Promise.all(sshds.map((sshd) => sshd.stop()));
      await database.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

function open(config: Config, terminal: TestTerminal): Promise<App> {
  const log = (line: string) => terminal.log(line);
  return createApp({
    config,
    packageRoot: packageRoot(),
    version: '0.0.0-test',
    terminal,
    say: log,
    log: { info: log, warn: log, error: log },
  });
}

/** Sshds that one key opens, as the machines of a pool do. */
async function startSshds(count: number): Promise<TestSshd[]> {
  if (count === 0) return [];
  const first = await startSshd();
  const others = Array.from({ length: count - 1 }, () => startSshd({ alsoAuthorized: [first.clientKey] }));
  return [first, ...(await Promise.all(others))];
}

function rackOf(sshds: readonly TestSshd[], { heavySlots = 2, patienceMs }: WorldOptions): PoolConfig {
  const first = sshds[0]?.endpoint;
  return {
    pool: 'rack',
    provider: 'ssh',
    user: first?.user ?? 'root',
    privateKey: first?.privateKey ?? '',
    hostKeys: {
      file: 'known_hosts',
      text: sshds.flatMap((sshd) => sshd.hostKeys.map((key) => `[127.0.0.1]:${sshd.port} ${key}`)).join('\n'),
    },
    heavySlots,
    ...(patienceMs === undefined ? {} : { patienceMs }),
    nodes: sshds.map((sshd, i) => ({ name: `r${i + 1}`, address: '127.0.0.1', port: sshd.port, tags: [] })),
  };
}

type TestTerminal = ReturnType<typeof openTerminal>;

function openTerminal() {
  const input = new PassThrough();
  const output = new PassThrough();
  const said = createTranscript();
  const logged: string[] = [];
  output.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk));
  const transcript = () => [said.text(), '--- log', ...logged].join('\n');
  return {
    input,
    output,
    lines: said.lines,
    logged,
    type: (line: string) => void input.write(`${line}\n`),
    log: (line: string) => void logged.push(line),
    heard: (pattern: RegExp, timeoutMs?: number) =>
      said.heard(pattern, timeoutMs).catch((error: Error) => {
        throw new Error(`${error.message}\n--- log\n${logged.join('\n')}`);
      }),
    transcript,
  };
}
