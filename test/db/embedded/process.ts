import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const repository = join(import.meta.dirname, '..', '..', '..');
const child = join(import.meta.dirname, 'child.mjs');

export interface ServerProcess {
  readonly process: ChildProcessWithoutNullStreams;
  /** The first line that says how the start went. */
  readonly outcome: Promise<string>;
  readonly exited: Promise<number | null>;
}

/** Runs the embedded PostgreSQL in a process of its own, behind the words of `prefix`, which may make it another user. */
export function startInProcess(
  dir: string,
  prefix: readonly string[] = [],
  env = process.env,
): ServerProcess {
  const source = join(repository, 'db', 'embedded.ts');
  const [command = '', ...words] = [...prefix, process.execPath, child, source, dir];
  const spawned = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], env, cwd: repository });
  let out = '';
  let err = '';
  spawned.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const exited = new Promise<number | null>((done) => spawned.once('close', done));
  const outcome = new Promise<string>((done, failed) => {
    spawned.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      const line = out.match(/^(up|refused).*$/m);
      if (line && out.endsWith('\n')) done(line[0]);
    });
    void exited.then((code) => failed(new Error(`it ended with ${code}: ${out}${err}`)));
  });
  return { process: spawned, outcome, exited };
}

/** Waits until the process is no more (or only a zombie that nobody has collected). */
export async function untilGone(pid: number, patience = 30_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (existsSync(`/proc/${pid}/cwd`) && Date.now() < deadline) await delay(20);
  if (existsSync(`/proc/${pid}/cwd`)) throw new Error(`pid ${pid} is still there`);
}
