import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const repository = join(import.meta.dirname, '..', '..', '..');

export interface ServerProcess {
  readonly process: ChildProcessWithoutNullStreams;
  /** The first line that says how the start went. */
  readonly outcome: Promise<string>;
  readonly exited: Promise<number | null>;
}

/** Runs the embedded PostgreSQL in a process of its own, behind the words of `prefix`. */
export function startInProcess(dir: string, prefix: readonly string[] = []): ServerProcess {
  return run([...prefix, process.execPath, ...wordsFor(repository, dir)]);
}

/**
 * The same as another user, who need not be able to read this repository or this Node.js (they may lie in a closed home):
 * both are mounted at `open`, in a namespace that only this process sees.
 * @param open an empty folder that the user can reach
 */
export function startAsUser(uid: number, open: string, dir: string): ServerProcess {
  const [clone, node] = [join(open, 'clone'), join(open, 'node')];
  mkdirSync(clone, { recursive: true });
  writeFileSync(node, '');
  const mounts = 'mount --bind "$1" "$2" && mount --bind "$3" "$4" && cd / && shift 4 && exec "$@"';
  const become = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return run([
    ...['unshare', '--mount', 'sh', '-c', mounts, 'sh', repository, clone, process.execPath, node],
    ...[...become, node, ...wordsFor(clone, dir)],
  ]);
}

function wordsFor(clone: string, dir: string): string[] {
  return [join(clone, 'test', 'db', 'embedded', 'child.mjs'), join(clone, 'db', 'embedded.ts'), dir];
}

function run([command = '', ...words]: readonly string[]): ServerProcess {
  const spawned = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], cwd: repository });
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
