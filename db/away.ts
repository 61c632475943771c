import { setTimeout as pause } from 'node:timers/promises';

/** What the system says of a server that is not there. */
const SYSTEM_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
]);

/** A file that is not there has the code of a socket that is not. */
const SOCKET_CALLS: ReadonlySet<unknown> = new Set(['connect', 'read', 'write']);

/** What pg says of a connection that has ended, for which it has no codes (pg/lib/client.js, pg-pool/index.js). */
const ENDED =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying)/;

/** Whether a query failed because the database was not there, or went away meanwhile; not because of what was asked. */
export function isAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, severity, syscall } = at as { code?: unknown; severity?: unknown; syscall?: unknown };
    const isOfSocket = syscall === undefined || SOCKET_CALLS.has(syscall);
    if (typeof code === 'string' && SYSTEM_CODES.has(code) && isOfSocket) return true;
    // What ends a connection, or refuses it: a server that shuts down, starts, or is full.
    if (severity === 'FATAL' || severity === 'PANIC') return true;
    if (ENDED.test(at.message)) return true;
  }
  return false;
}

/** A restart takes seconds; whoever waits for an answer gives up after a minute. */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Does something that may be done more than once, again and again while the database is away, for a minute or until the
 * signal; rejects with the last reason.
 */
export async function whenBack<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let wait = 100; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || signal?.aborted || performance.now() + wait > deadline) throw error;
    }
    await pause(wait, undefined, { signal }).catch(() => {});
  }
}
