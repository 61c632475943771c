import {
  type Connection,
  type Endpoint,
  type RemoteTask,
  type Transport,
  TransportError,
} from '../transport.ts';
import { type NodeShell, openNodeShell } from './node-shell.ts';
import { createShellPool, NoMoreShells } from './shell-pool.ts';
import { connectClient, type OpenClient, whereIs } from './ssh-connect.ts';
import { lostFault } from './ssh-faults.ts';

export interface SshTransportOptions {
  /** Short lines for whoever looks for a fault: connections opened and lost. */
  readonly log?: (line: string) => void;
  /** Time between two signs of life asked of a node, in ms; three without an answer and the connection is lost. */
  readonly keepaliveMs?: number;
  /** After how long without output a task is looked at again, in ms. */
  readonly lookAgainMs?: number;
  /** Starts a POSIX shell that reads its program from standard input. */
  readonly shell?: string;
}

type ConnectionOptions = Required<Pick<SshTransportOptions, 'log' | 'lookAgainMs' | 'shell'>>;

/** Tasks that one connection follows at a time. sshd allows 10 channels by default; one more is ours for kill and forget. */
const TASK_SHELLS = 8;

/** The port to nodes over SSH: one connection per node, a few shells on it, each with the task supervisor in it. */
export function createSshTransport(options: SshTransportOptions = {}): Transport {
  const { log = () => {}, keepaliveMs = 10_000, lookAgainMs = 15_000, shell = 'exec /bin/sh -s' } = options;
  return {
    async connect(endpoint, { timeoutMs, signal }) {
      const open = await connectClient(endpoint, { timeoutMs, signal, keepaliveMs });
      log(`connected to ${whereIs(endpoint)}`);
      return createConnection(open, endpoint, { log, lookAgainMs, shell });
    },
  };
}

function createConnection(
  { client, socket }: OpenClient,
  endpoint: Endpoint,
  options: ConnectionOptions,
): Connection {
  const { log, lookAgainMs, shell } = options;
  const where = whereIs(endpoint);
  let lost: TransportError | undefined;
  let breakOff: (error: TransportError) => void = () => {};
  const gone = new Promise<never>((_, reject) => {
    breakOff = reject;
  });
  gone.catch(() => {});
  let reason: unknown;
  client.on('error', (error) => {
    reason = error;
  });
  client.once('close', () => {
    lost ??= lostFault(where, reason);
    log(lost.message);
    breakOff(lost);
  });

  const open = () =>
    new Promise<NodeShell>((resolve, reject) => {
      if (lost) throw lost;
      const refused = (error: Error) =>
        reject(new NoMoreShells(`${where} gives us no shell: ${error.message}`, { cause: error }));
      try {
        client.exec(shell, (error, channel) => {
          if (error) refused(error);
          else resolve(openNodeShell(channel, where, lookAgainMs));
        });
      } catch (error) {
        // The socket has ended and ssh2 has not said so yet.
        refused(error as Error);
      }
    });
  const tasks = createShellPool(open, TASK_SHELLS);
  const control = createShellPool(open, 1);

  /** Whatever goes wrong on a connection that is gone went wrong because it is gone. */
  async function whileConnected<T>(work: () => Promise<T>): Promise<T> {
    if (lost) throw lost;
    const result = work();
    result.catch(() => {});
    try {
      return await Promise.race([result, gone]);
    } catch (error) {
      throw await reasonFor(error);
    }
  }

  /** A channel ends a moment before its connection does: the connection's end is the reason to tell. */
  async function reasonFor(error: unknown): Promise<unknown> {
    const ours =
      error instanceof NoMoreShells ? new TransportError('protocol', error.message, { cause: error }) : error;
    if (lost || !(ours instanceof TransportError)) return lost ?? ours;
    await Promise.race([gone.catch(() => {}), soon()]);
    return lost ?? ours;
  }

  return {
    async run(task, sink) {
      checkTask(task);
      return whileConnected(() => tasks.use((one) => one.run(task, sink)));
    },
    async follow(taskId, offset, sink) {
      checkId(taskId);
      return whileConnected(() => tasks.use((one) => one.follow(taskId, offset, sink)));
    },
    async kill(taskId, graceMs) {
      checkId(taskId);
      return whileConnected(() => control.use((one) => one.kill(taskId, graceMs)));
    },
    async forget(taskIds) {
      if (taskIds !== 'all') taskIds.forEach(checkId);
      const running = await whileConnected(() => control.use((one) => one.forget(taskIds)));
      if (running.length > 0) {
        const message = `${where}: still running, so not forgotten: ${running.join(' ')}; kill them first`;
        throw new TransportError('protocol', message);
      }
    },
    close() {
      lost ??= new TransportError('lost', `the connection to ${where} was closed here`);
      breakOff(lost);
      client.end();
      // A peer that does not answer must not keep the socket open. The client's own destroy does nothing after its end.
      setTimeout(() => socket.destroy(), 1000).unref();
    },
  };
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 100));

function checkId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id)) {
    throw new RangeError(
      `not a task id (letters, digits and . _ - after a letter or digit): ${JSON.stringify(id)}`,
    );
  }
}

/** Linux passes at most this many bytes in one `NAME=value`, its NUL included. */
const LONGEST_VARIABLE = 131_072;

function checkTask(task: RemoteTask): void {
  checkId(task.id);
  if (task.script.includes('\0')) throw new RangeError(`task ${task.id}: the script holds a NUL byte`);
  for (const [name, value] of Object.entries(task.env)) {
    const what = `task ${task.id}: environment variable ${JSON.stringify(name)}`;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`${what} is no name that a shell knows`);
    if (value.includes('\0')) throw new RangeError(`${what} holds a NUL byte`);
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
    if (bytes > LONGEST_VARIABLE) {
      throw new RangeError(
        `${what} has ${bytes} bytes; Linux passes at most ${LONGEST_VARIABLE}: copy a file instead`,
      );
    }
  }
}
