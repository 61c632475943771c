import { setTimeout as delay } from 'node:timers/promises';
import { createLossRow } from './loss-row.ts';
import { type Connection, type Endpoint, type Transport, TransportError } from './transport.ts';

/** The connection behind a link to a node. */
export interface NodeLine {
  /**
   * Does `work` on the connection; again on a new one as often as the connection is lost meanwhile. A node of which one connection after the
   * other is lost before it has answered anything, for longer than it may stay away, cannot be reached.
   */
  use<T>(work: (open: Connection) => Promise<T>): Promise<T>;
  /** The connection that is there now; null when there is none. */
  now(): Connection | null;
  /** Why there is no connection now, as far as that is known; null while there is one, or none was lost yet. */
  trouble(): string | null;
  /** Resolves when this mark is on record. */
  noted(mark: string): Promise<void>;
  /** The node has said something on the connection that there is now. */
  heard(): void;
  /** Somebody has met the node before: that it is away now will pass. */
  expect(): void;
  drop(): void;
  close(): void;
}

/** How the node is reached, and who is told of it. */
export interface NodeLineOptions {
  readonly transport: Transport;
  readonly endpoint: () => Promise<Endpoint>;
  /** How long a node that was met may stay away, in ms, before its task counts as broke. */
  readonly patienceMs?: number;
  /** The same of one that nobody has met yet, where that is less. */
  readonly unmetPatienceMs?: number;
  /**
   * Is told the node's mark before it is asked to start anything under that mark, so that it can be put on record. Nothing is
   * started before the promise resolves; when it rejects, neither.
   */
  readonly onMark?: (mark: string) => Promise<void>;
  /** Starts the machine again if it has stopped; asked once when it has been away for some seconds. */
  readonly wake?: () => Promise<unknown>;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** How long a node may stay away that nobody has met yet: it is rather off than about to come back. */
const UNMET_PATIENCE_MS = 60_000;
/** Pauses between attempts to connect; the last one repeats. */
const BACKOFF_MS = [100, 250, 500, 1_000, 2_000];

/** A machine that only restarts its sshd is back before that. */
const WAKE_AFTER_MS = 4_000;

export function openLine(options: NodeLineOptions): NodeLine {
  const {
    transport,
    endpoint,
    patienceMs = 60_000,
    unmetPatienceMs = UNMET_PATIENCE_MS,
    onMark,
    wake,
  } = options;
  let isMet = false;
  let connecting: Promise<Connection> | null = null;
  let connected: Connection | null = null;
  const losses = createLossRow(patienceMs);
  let trouble: string | null = null;
  let onRecord: { readonly mark: string; readonly done: Promise<void> } | null = null;
  const closed = new AbortController();

  async function connect(): Promise<Connection> {
    const since = performance.now();
    let waking: Promise<string> | null = null;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await transport.connect(await endpoint(), {
          timeoutMs: CONNECT_TIMEOUT_MS,
          signal: closed.signal,
        });
      } catch (error) {
        trouble = (error as Error).message;
        const passing =
          error instanceof TransportError && (error.fault === 'unreachable' || error.fault === 'lost');
        const away = performance.now() - since;
        if (!passing || closed.signal.aborted) throw error;
        // Not given up before it was woken and looked at once more, even when this process was not let run meanwhile.
        if (wake && !waking && away > WAKE_AFTER_MS) waking = tryTo(wake);
        else if (away > (isMet ? patienceMs : Math.min(patienceMs, unmetPatienceMs)))
          throw waking ? withAdded(error, await waking) : error;
        await delay(backoffAfter(attempt), undefined, { signal: closed.signal });
      }
    }
  }

  function connection(): Promise<Connection> {
    connecting ??= connectAnew();
    return connecting;
  }

  function connectAnew(): Promise<Connection> {
    const opening = connect().then(
      (open) => {
        if (connecting !== opening) return open;
        connected = open;
        losses.connected();
        isMet = true;
        trouble = null;
        return open;
      },
      (error: unknown) => {
        if (connecting === opening) connecting = null;
        throw error;
      },
    );
    return opening;
  }

  async function drop(): Promise<void> {
    const old = connecting;
    connecting = null;
    connected = null;
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
          const result = await work(open);
          losses.answered();
          return result;
        } catch (error) {
          if (!(error instanceof TransportError) || error.fault !== 'lost') throw error;
          trouble = error.message;
          if ((await connecting?.catch(() => null)) === open) {
            losses.lost();
            await drop();
          }
          if (losses.isTooLong()) throw neverAnswers(error, losses.count);
          if (losses.count > 1)
            await delay(backoffAfter(losses.count - 2), undefined, { signal: closed.signal });
        }
      }
    },
    now: () => connected,
    trouble: () => trouble,
    noted,
    heard: losses.answered,
    expect() {
      isMet = true;
    },
    drop() {
      onRecord = null;
      void drop();
    },
    close() {
      closed.abort();
      void drop();
    },
  };
}

const backoffAfter = (attempt: number) => BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)];

const neverAnswers = (error: TransportError, losses: number) =>
  new TransportError(
    'unreachable',
    `${error.message}; ${losses} connections in a row were lost before it had answered anything: has it no memory or processes left, or does something on the way cut them?`,
    { cause: error },
  );

/** Why it could not be done; empty when it was. */
const tryTo = (act: () => Promise<unknown>): Promise<string> =>
  act().then(
    () => '',
    (error: Error) => `; it could not be started again: ${error.message}`,
  );

const withAdded = (error: TransportError, more: string) =>
  more === '' ? error : new TransportError(error.fault, `${error.message}${more}`, { cause: error });
