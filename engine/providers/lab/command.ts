import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A command and its words. */
export type Argv = readonly [string, ...string[]];

export interface CommandOptions {
  /** Written to the command's stdin, which is empty otherwise. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds after which the command is killed; default two minutes. */
  readonly timeoutMs?: number;
  /** Aborted, it kills the command and its process group, which is one of its own then: Ctrl-C in our terminal does not reach it. */
  readonly signal?: AbortSignal;
  /** What the command is started with (`confined`, say); what is said of it names the command alone. */
  readonly within?: (argv: Argv) => Argv;
  /** Gets every line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

/** A command of this machine ended with something else than 0, or could not be started. */
export class CommandError extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(argv: readonly string[], exitCode: number | null, stderr: string, why: string) {
    const last = stderr.trim().split('\n').slice(-3).join(' / ');
    super(`${argv.slice(0, 6).join(' ')}: ${why}${last ? `: ${last}` : ''}`);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The environment of every command: ours, with the folders of administration commands and one fixed language. */
export function commandEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`,
    LC_ALL: 'C',
    ...extra,
  };
}

/** Runs a command without a shell and resolves to its stdout. Rejects with {@link CommandError}, or the reason of `signal` if it was not begun. */
export async function run(argv: Argv, options: CommandOptions = {}): Promise<string> {
  const { signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const [program, ...words] = options.within?.(argv) ?? argv;
    const child = spawn(program, words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: commandEnv(options.env),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      timeout: options.timeoutMs ?? 120_000,
      killSignal: 'SIGKILL',
      detached: signal !== undefined,
    });
    const kill = () => killGroup(child.pid);
    signal?.addEventListener('abort', kill, { once: true });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    if (options.onLine) {
      createInterface({ input: child.stdout }).on('line', options.onLine);
      createInterface({ input: child.stderr }).on('line', options.onLine);
    }
    child.stdin.on('error', () => {}); // a command that ends without reading its input says why by its exit code
    child.stdin.end(options.input ?? '');
    child.once('error', (error) =>
      reject(new CommandError(argv, null, stderr, `cannot start (${error.message})`)),
    );
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', kill);
      if (code === 0) resolve(stdout);
      else reject(new CommandError(argv, code, stderr, by ? `ended by ${by}` : `exit code ${code}`));
    });
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** True if the command ends with 0. */
export async function succeeds(argv: Argv): Promise<boolean> {
  return run(argv).then(
    () => true,
    () => false,
  );
}
