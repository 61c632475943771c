import { setTimeout as delay } from 'node:timers/promises';
import {
  type Connection,
  type Endpoint,
  type OutputSink,
  type RemoteOutcome,
  type RemoteTask,
  type Transport,
  TransportError,
} from './transport.ts';

/** How a task on a node ended, as far as could be found out. */
export type LinkOutcome =
  | RemoteOutcome
  | { readonly state: 'stopped'; readonly why: 'timeout' | 'cancelled'; readonly left: readonly string[] }
  | { readonly state: 'broke'; readonly why: string };

export interface LinkTask extends RemoteTask {
  readonly timeoutMs: number;
  /** Output bytes that were read before, by this or an earlier process. */
  readonly offset: number;
  /** It may have been started by an earlier process: follow it, do not start it. */
  readonly follow: boolean;
}

/** The one SSH connection of a run to one node: opened when first needed, opened again when it breaks. */
export interface NodeLink {
  run(task: LinkTask, sink: OutputSink, cancel: AbortSignal): Promise<LinkOutcome>;
  /** Forgets the connection: the machine was reset, its next task connects anew. */
  drop(): void;
  close(): void;
}

export interface NodeLinkOptions {
  readonly transport: Transport;
  readonly endpoint: () => Promise<Endpoint>;
  /** How long a node may stay away, in ms, before its task counts as broke. */
  readonly patienceMs?: number;
}

const CONNECT_TIMEOUT_MS = 15_000;
const KILL_GRACE_MS = 2_000;
/** Pauses between attempts to connect; the last one repeats. */
const BACKOFF_MS = [100, 250, 500, 1_000, 2_000];

export function openNodeLink({ transport, endpoint, patienceMs = 60_000 }: NodeLinkOptions): NodeLink {
  let connecting: Promise<Connection> | null = null;
  const closed = new AbortController();

  async function connect(): Promise<Connection> {
    const giveUp = Date.now() + patienceMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await transport.connect(await endpoint(), {
          timeoutMs: CONNECT_TIMEOUT_MS,
          signal: closed.signal,
        });
      } catch (error) {
        const passing =
          error instanceof TransportError && (error.fault === 'unreachable' || error.fault === 'lost');
        if (!passing || Date.now() > giveUp || closed.signal.aborted) throw error;
        await delay(BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)], undefined, {
          signal: closed.signal,
        });
      }
    }
  }

  function connection(): Promise<Connection> {
    connecting ??= connect().catch((error: unknown) => {
      connecting = null;
      throw error;
    });
    return connecting;
  }

  async function drop(): Promise<void> {
    const old = connecting;
    connecting = null;
    await old?.then((open) => open.close()).catch(() => {});
  }

  /** Runs or follows to the end, over as many connections as that takes. */
  async function follow(task: LinkTask, sink: OutputSink): Promise<RemoteOutcome> {
    let offset = task.offset;
    const count: OutputSink = (chunk, at) => {
      offset = at + chunk.length;
      return sink(chunk, at);
    };
    // The node is asked first wherever it may have the task already: `run` would tell its output from the beginning again.
    let mayBeThere = task.follow || task.offset > 0;
    for (;;) {
      const open = await connection();
      try {
        if (mayBeThere) {
          const outcome = await open.follow(task.id, offset, count);
          if (outcome.state !== 'absent' || task.follow) return outcome;
        }
        mayBeThere = true;
        return await open.run(task, count);
      } catch (error) {
        if (!(error instanceof TransportError) || error.fault !== 'lost') throw error;
        if ((await connecting?.catch(() => null)) === open) await drop();
      }
    }
  }

  async function stop(task: LinkTask, why: 'timeout' | 'cancelled'): Promise<LinkOutcome> {
    const open = await connection();
    return { state: 'stopped', why, left: await open.kill(task.id, KILL_GRACE_MS) };
  }

  return {
    async run(task, sink, cancel) {
      const timer = new AbortController();
      const ends = new Promise<'timeout' | 'cancelled'>((resolve) => {
        delay(task.timeoutMs, undefined, { signal: timer.signal }).then(
          () => resolve('timeout'),
          () => {},
        );
        if (cancel.aborted) resolve('cancelled');
        cancel.addEventListener('abort', () => resolve('cancelled'), { once: true, signal: timer.signal });
      });
      try {
        const following = follow(task, sink);
        const first = await Promise.race([following, ends]);
        if (typeof first !== 'string') return first;
        following.catch(() => {});
        return await stop(task, first);
      } catch (error) {
        if (error instanceof TransportError) return { state: 'broke', why: error.message };
        throw error;
      } finally {
        timer.abort();
      }
    },
    drop: () => void drop(),
    close() {
      closed.abort();
      void drop();
    },
  };
}
