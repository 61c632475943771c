import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createTranscript } from '../../test/support/transcript.ts';
import type { CpuGroup } from '../cpu/meter.ts';
import { withDescendants } from '../cpu/processes.ts';

/** The built program as people run it, with a pipe to type into. */
export interface Deployday {
  readonly pid: number;
  /** From the start of the process to the line that says it is ready. */
  readonly startedInMs: number;
  /** Types a line and waits for the first answer that matches, from where the last one was. */
  ask(line: string, pattern: RegExp, timeoutMs: number): Promise<string>;
  /** Types a line that starts a run on an environment; resolves when it was started, and `outcome` when it has ended. */
  begin(environment: string, line: string): Promise<Run>;
  get(path: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Run {
  readonly id: number;
  /** The line that tells how it ended, well or not. */
  readonly outcome: Promise<string>;
}

export interface DeploydayOptions {
  /** Holds deployday.yaml; its data goes beside it. */
  readonly folder: string;
  readonly packageRoot: string;
  /** Of its page. */
  readonly port: number;
  readonly group: CpuGroup;
  /** Where its PostgreSQL is counted. */
  readonly postgres: CpuGroup;
  /** Where SIGUSR2 writes CPU profiles; null: it does not. */
  readonly profiles: string | null;
}

const START_MS = 120_000;
const ANSWER_MS = 60_000;
const RUN_MS = 300_000;
/** What would make it another program than the one that is measured. */
const SETTINGS =
  /^(DATABASE_URL|REDIS_URL|PORT|DEPLOYDAY_.*|LOG_LEVEL|SLACK_.*|DISCORD_.*|npm_.*|NODE_OPTIONS)$/;

export async function startDeployday(options: DeploydayOptions): Promise<Deployday> {
  const { folder, group, postgres, port } = options;
  const began = performance.now();
  const [program = '', ...words] = group.wrap(['setpriv', '--pdeathsig', 'KILL', ...command(options)]);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.test(name)));
  const profiles = options.profiles ? { DEPLOYDAY_PROFILE: options.profiles } : {};
  const child = spawn(program, words, { cwd: folder, env: { ...env, ...profiles }, stdio: 'pipe' });
  const said = createTranscript();
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaints = (complaints + chunk).slice(-4000);
  });
  child.stdin.on('error', () => {}); // it has ended; what was said tells the rest
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      said.end(`Deployday ended with ${code ?? signal}: ${complaints}`);
      resolve();
    });
  });

  function ask(line: string, pattern: RegExp, timeoutMs: number): Promise<string> {
    child.stdin.write(`${line}\n`);
    return said.heard(pattern, timeoutMs);
  }

  await said.heard(/^ready/, START_MS);
  const startedInMs = performance.now() - began;
  const pid = child.pid as number;
  await takeOutPostgres(pid, postgres);
  return {
    pid,
    startedInMs,
    ask,
    async begin(environment, line) {
      const answer = await ask(line, new RegExp(`^${environment}: .* watch \\S+/runs/\\d+$`), ANSWER_MS);
      const id = Number(answer.slice(answer.lastIndexOf('/') + 1));
      // Not the board, which tells every half minute how far it is.
      const outcome = said.heard(
        // An outcome that is a table has its link below it.
        new RegExp(`^(?:> )*(?:${environment}\\b(?!.*\\b\\d+ of \\d+ done\\b).*|http\\S*)/runs/${id}$`),
        RUN_MS,
      );
      outcome.catch(() => {});
      return { id, outcome };
    },
    async get(path) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}`);
      return answer.text();
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function command({ packageRoot, folder, profiles }: DeploydayOptions): string[] {
  const hook = profiles ? ['--import', new URL('./profiler.js', import.meta.url).href] : [];
  const main = join(packageRoot, 'dist', 'bot', 'main.js');
  return [process.execPath, ...hook, main, '--config', join(folder, 'deployday.yaml')];
}

/** Its PostgreSQL is a child of the process: from here on it is counted apart, with all that it forks. */
async function takeOutPostgres(pid: number, group: CpuGroup): Promise<void> {
  for (;;) {
    const inside = new Set(await group.pids());
    const servers = (await withDescendants([pid])).filter(
      (one) => one.name === 'postgres' && !inside.has(one.pid),
    );
    if (servers.length === 0) return;
    await group.adopt(servers.map((one) => one.pid));
  }
}
