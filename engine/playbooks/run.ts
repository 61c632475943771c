import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { groupOf, type PlaybookFolder } from './folder.ts';

export interface AnsibleOptions {
  readonly command: string;
  readonly folder: PlaybookFolder;
  readonly playbook: string;
  /** A role. */
  readonly limit: string | null;
  readonly timeoutMs: number;
  readonly cancel: AbortSignal;
  readonly released: AbortSignal;
  /** How long this process may stand still before the playbook ends, in s; 4 if not given. */
  readonly stillFor?: number;
  /** Takes what Ansible says, in order; while a promise that it returns is pending, Ansible waits. */
  readonly write: (chunk: Buffer) => void | Promise<void> | undefined;
}

export interface PlaybookEnd {
  readonly exitCode: number;
  /** Stood still: this process did, so that somebody else may have taken over what it does. */
  readonly stopped: 'cancelled' | 'timeout' | 'stood still' | null;
  /** What our callback wrote at the end; null if it did not come to that. */
  readonly summary: PlaybookSummary | null;
}

export interface PlaybookSummary {
  readonly nodes: number;
  readonly ok: number;
  readonly changed: number;
  readonly failed: readonly HostResult[];
  readonly unreachable: readonly HostResult[];
}

export interface HostResult {
  readonly node: string;
  readonly task: string;
  readonly why: string;
}

/**
 * Ansible in a process group of its own, which ends when the pipe to this process does, and when the time since boot that this
 * process notes in the file `$1` is more than `$2` seconds ago: however this process is ended or held up, no playbook goes on
 * that nobody follows. `$1.over` then says so. What it prints comes by one pipe: by two, lines and secrets might be torn by each other.
 */
export const GUARD = `
beat=$1 most=$2; shift 2
exec 3<&0 </dev/null
(cat <&3; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
(while sleep 1; do
  read -r now rest </proc/uptime && read -r last <"$beat" || continue
  [ "$((\${now%.*} - last))" -le "$most" ] || { : >"$beat.over"; kill -KILL 0; }
done) >/dev/null 2>&1 &
"$@" 2>&1; code=$?; exit $code`;

/** Notes that this process goes on: see {@link GUARD}. Where that cannot be noted the playbook ends: nobody could tell. */
function noteBeat(file: string): void {
  try {
    const [now = ''] = readFileSync('/proc/uptime', 'utf8').split('.');
    // Whoever reads it in the middle must find the whole of it.
    writeFileSync(`${file}.new`, `${now}\n`);
    renameSync(`${file}.new`, file);
  } catch {} // a full disk, say
}

/** A hold lasts 9 s and is renewed every 3: who stands still for less, and the second that the guard takes, is not taken over yet. */
const STILL_FOR_S = 4;

const GRACE_MS = 2_000;

export async function runAnsible(options: AnsibleOptions): Promise<PlaybookEnd> {
  const { folder, cancel, released } = options;
  const limit = options.limit === null ? [] : ['--limit', groupOf(options.limit)];
  const words = [options.command, '-i', folder.inventory, ...limit, options.playbook];
  noteBeat(folder.beat);
  const beating = setInterval(() => noteBeat(folder.beat), 1_000);
  const guard = [GUARD, 'sh', folder.beat, String(options.stillFor ?? STILL_FOR_S)];
  const child = spawn('/bin/sh', ['-c', ...guard, ...words], {
    cwd: folder.project,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environmentOf(folder),
  });
  child.stdin.on('error', () => {});
  let stopped: PlaybookEnd['stopped'] = null;
  let killing: NodeJS.Timeout | null = null;

  function signal(name: 'SIGTERM' | 'SIGKILL'): void {
    try {
      if (child.pid) process.kill(-child.pid, name);
    } catch {} // it is gone
  }
  function stop(why: 'cancelled' | 'timeout'): void {
    stopped ??= why;
    signal('SIGTERM');
    killing ??= setTimeout(() => signal('SIGKILL'), GRACE_MS);
  }
  const onCancel = () => stop('cancelled');
  const onReleased = () => signal('SIGKILL');
  const timer = setTimeout(() => stop('timeout'), options.timeoutMs);
  cancel.addEventListener('abort', onCancel);
  released.addEventListener('abort', onReleased);
  if (cancel.aborted) onCancel();
  if (released.aborted) onReleased();
  try {
    const ended = once(child, 'exit') as Promise<[number | null]>;
    ended.catch(() => {});
    // What begins to read the pipe again after all of the group has gone is not waited for: nobody of it is left.
    await Promise.all([pump(child.stdout, options.write), pump(child.stderr, options.write)]);
    const [code] = await ended;
    if (existsSync(`${folder.beat}.over`)) stopped ??= 'stood still';
    return { exitCode: code ?? 137, stopped, summary: await readSummary(folder.summary) };
  } finally {
    clearTimeout(timer);
    clearInterval(beating);
    if (killing) clearTimeout(killing);
    cancel.removeEventListener('abort', onCancel);
    released.removeEventListener('abort', onReleased);
    signal('SIGKILL'); // whatever it left behind
  }
}

async function pump(from: AsyncIterable<Buffer>, write: AnsibleOptions['write']): Promise<void> {
  for await (const chunk of from) await write(chunk);
}

/** Nothing of what this process knows goes on to Ansible, but where programs are. */
function environmentOf(folder: PlaybookFolder): NodeJS.ProcessEnv {
  return {
    PATH: `${process.env.PATH ?? ''}:/usr/bin:/usr/sbin:/bin`,
    HOME: folder.dir,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_CONFIG: folder.settings,
    ANSIBLE_NOCOLOR: '1',
    PYTHONUNBUFFERED: '1',
    DEPLOYDAY_SUMMARY: folder.summary,
  };
}

async function readSummary(path: string): Promise<PlaybookSummary | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as PlaybookSummary);
}
