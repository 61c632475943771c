import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
  /** Takes what Ansible says, in order; while a promise that it returns is pending, Ansible waits. */
  readonly write: (chunk: Buffer) => void | Promise<void> | undefined;
}

export interface PlaybookEnd {
  readonly exitCode: number;
  readonly stopped: 'cancelled' | 'timeout' | null;
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
 * Ansible in a process group of its own, which ends when the pipe to this process does: however this process is ended, no
 * playbook goes on that nobody follows.
 */
export const GUARD =
  'exec 3<&0 </dev/null; (cat <&3; kill -KILL 0) >/dev/null 2>&1 & exec 3<&-; "$@"; code=$?; exit $code';

const GRACE_MS = 2_000;

export async function runAnsible(options: AnsibleOptions): Promise<PlaybookEnd> {
  const { folder, cancel, released } = options;
  const limit = options.limit === null ? [] : ['--limit', groupOf(options.limit)];
  const words = [options.command, '-i', folder.inventory, ...limit, options.playbook];
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', ...words], {
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
    return { exitCode: code ?? 137, stopped, summary: await readSummary(folder.summary) };
  } finally {
    clearTimeout(timer);
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
