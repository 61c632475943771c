import { setTimeout as delay } from 'node:timers/promises';
import type { NodeLinkOptions } from './node-link.ts';
import { type Connection, TransportError } from './transport.ts';

/** The connection behind a link to a node. */
export interface NodeLine {
  /** Does `work` on the connection; again on a new one as often as the connection is lost meanwhile. */
  use<T>(work: (open: Connection) => Promise<T>): Promise<T>;
  /** Resolves when this mark is on record. */
  noted(mark: string): Promise<void>;
  drop(): void;
  close(): void;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** Pauses between attempts to connect; the last one repeats. */
const BACKOFF_MS = [100, 250, 500, 1_000, 2_000];

export function openLine({ transport, endpoint, patienceMs = 60_000, onMark }: NodeLinkOptions): NodeLine {
  let connecting: Promise<Connection> | null = null;
  let onRecord: { readonly mark: string; readonly done: Promise<void> } | null = null;
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

  function noted(mark: string): Promise<void> {
    if (onRecord?.mark === mark) return onRecord.done;
    const done = (onMark?.(mark) ?? Promise.resolve()).catch((error: unknown) => {
      onRecord = null;
      throw error;
    });
    onRecord = { mark, done };
    return done;
  }

  return {
    async use(work) {
      for (;;) {
        const open = await connection();
        try {
          return await work(open);
        } catch (error) {
          if (!(error instanceof TransportError) || error.fault !== 'lost') throw error;
          if ((await connecting?.catch(() => null)) === open) await drop();
        }
      }
    },
    noted,
    drop: () => void drop(),
    close() {
      closed.abort();
      void drop();
    },
  };
}
