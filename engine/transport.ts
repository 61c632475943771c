import type { Duplex } from 'node:stream';

/** How a node is reached over SSH. JSON-safe but for `dial`. */
export interface Endpoint {
  /** What people call the node; for messages. */
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private key, PEM or OpenSSH format. */
  readonly privateKey: string;
  /**
   * Host keys that are accepted, as OpenSSH public keys (`ssh-ed25519 AAAA…`); any other refuses the connection.
   * `'first-use'` trusts the key met first: explicit per pool, and `onHostKey` records it.
   */
  readonly hostKeys: readonly string[] | 'first-use';
  readonly onHostKey?: (openSshPublicKey: string) => void;
  /** Opens the byte stream to the node's sshd where it is not a plain TCP connection (rootless lab nodes). */
  readonly dial?: () => Promise<Duplex>;
}

/**
 * Lets handshakes with nodes pass, a few at a time. Further: with a node that there is a connection to already, and that gives it
 * too few channels; people wait for what is to be done there.
 */
export type HandshakeGate = <T>(which: 'first' | 'further', handshake: () => Promise<T>) => Promise<T>;

/** The port to a node: opens connections on which tasks are run. */
export interface Transport {
  /**
   * Connects or rejects with {@link TransportError}. `signal` gives up waiting. Every handshake with the node, now or later, goes
   * through the gate; its time is counted from when it has passed.
   */
  connect(
    endpoint: Endpoint,
    options: { timeoutMs: number; signal?: AbortSignal; gate?: HandshakeGate },
  ): Promise<Connection>;
}

/** What a node is asked to run. */
export interface RemoteTask {
  /** Unique for ever (run, step, node, attempt): names the state directory on the node. `[A-Za-z0-9._-]+`. */
  readonly id: string;
  /** The script's text, run by `/bin/sh` unless it starts with `#!`. Goes over as data, never through a command line. */
  readonly script: string;
  /** Environment variables; values may hold any byte but NUL. */
  readonly env: Readonly<Record<string, string>>;
}

/** A file to be written on a node. */
export interface RemoteFile {
  /** Absolute path on the node. */
  readonly path: string;
  /** Permission bits, as `0o640`. */
  readonly mode: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * What became of a task on its node. `absent`: the node has no trace of it (never started, or its state directory is
 * gone). `unknown`: it was started, is not running any more, and left no exit code (a reboot, a kill -9, a full disk).
 */
export type RemoteOutcome =
  | { readonly state: 'finished'; readonly exitCode: number }
  | { readonly state: 'unknown'; readonly why: string }
  | { readonly state: 'absent' };

/** How a task that was to be ended has ended. */
export interface Killed {
  /** A line for each process of it that is still there. */
  readonly left: readonly string[];
  /** The exit code that its node has on record; null: none. */
  readonly exitCode: number | null;
  /** It was over before anybody laid hands on it: the exit code is its own answer. */
  readonly byItself: boolean;
}

/**
 * Receives the task's merged stdout and stderr, in order. `offset` is the position of the chunk's first byte. While the
 * promise it returns is pending, no more output is fetched from the node; the task is not held up by that.
 */
export type OutputSink = (chunk: Buffer, offset: number) => void | Promise<void>;

/** One connection to one node; many tasks may run on it at once. */
export interface Connection {
  /**
   * Names the node's store of state directories and the boot that it is in: made by the node, the same for all connections
   * until the machine reboots or its disk is reset. While it is the same, a task that the node does not know was never started.
   */
  readonly mark: string;
  /**
   * Starts the task under the node's supervisor, which keeps script, output, pid and exit code in a state directory,
   * and follows it to its end, telling its output from byte `offset` on. A task that the node already has under that id is
   * never started again, not even after it was forgotten: it is followed. Rejects with {@link TransportError} `lost` when the
   * connection breaks; the task goes on, and `run` or `follow` on a new connection takes it up where the sink left off.
   */
  run(task: RemoteTask, offset: number, sink: OutputSink): Promise<RemoteOutcome>;
  /** Follows a task started earlier, from output byte `offset`; starts nothing. */
  follow(taskId: string, offset: number, sink: OutputSink): Promise<RemoteOutcome>;
  /**
   * Ends the task's whole process tree (TERM, then KILL after `graceMs`). Of one that has got done by itself nothing is ended:
   * what it has left going, a service say, is its work; with `spareEnded` also of one that has ended by itself with any code. One
   * that the node has not met yet is never started.
   */
  kill(taskId: string, graceMs: number, options?: { readonly spareEnded?: boolean }): Promise<Killed>;
  /**
   * How long the task has been running, in ms and by the node's own clock; null when it does not run: it is over, or has not
   * come yet.
   */
  runningFor(taskId: string): Promise<number | null>;
  /**
   * The tasks whose ids begin so, that were started since the node is up, and of which it has no end on record: they run, or something
   * of them may.
   */
  unended(prefix: string): Promise<string[]>;
  /**
   * Forgets what these tasks were and said. What stays of them (next to nothing) keeps them from ever being started again:
   * `run` and `follow` answer `absent`. Missing ones are no error. Those that still run are kept, and it rejects with
   * {@link TransportError} `protocol` naming them. In the same round trip the node is swept, for which it looks at each task
   * that it has, whosever it was: of what was forgotten more than `sweepOlderThanDays` days ago no trace stays, and what ended
   * more than so many days ago is forgotten. So whoever comes late, but within twice that time, never starts a task again.
   */
  forget(taskIds: readonly string[] | 'all', sweepOlderThanDays?: number): Promise<void>;
  /**
   * Writes a file: `content` arrives at `path` whole and with its SHA-256 checked, or not at all (a file beside it is renamed
   * at the end). Needs no task: writing the same file again is harmless, and one that was begun earlier does not arrive any more. Owner
   * is the login user. Rejects with
   * {@link TransportError} `refused` when the node cannot: the folder is missing, the disk is full. `signal` gives up.
   */
  put(file: RemoteFile, content: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<void>;
  /** Closes the connection; running tasks go on on the node. */
  close(): void;
}

/**
 * - `unreachable`: no answer, refused, no route · `host-key`: the key is not one we accept · `auth`: our key was refused
 * - `lost`: the connection broke while in use · `refused`: the node cannot do what was asked (no such folder, a full disk)
 * - `protocol`: the node answered something that we do not understand
 */
export type TransportFault = 'unreachable' | 'host-key' | 'auth' | 'lost' | 'refused' | 'protocol';

/** Says what was tried, where, why it failed and what to do next. */
export class TransportError extends Error {
  readonly fault: TransportFault;
  constructor(fault: TransportFault, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TransportError';
    this.fault = fault;
  }
}
