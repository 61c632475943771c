import { setTimeout as delay } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { createFairGate } from '../fair-gate.ts';
import { type Connection, type Endpoint, type Transport, TransportError } from '../transport.ts';
import { checkFile, checkId, checkTask } from './limits.ts';
import { createKeyReader } from './login-key.ts';
import { type NodeShell, openNodeShell } from './node-shell.ts';
import { createPatience, type Patience } from './patience.ts';
import { putFile } from './put-file.ts';
import { createShellPool, NoMoreShells } from './shell-pool.ts';
import { connectClient, type OpenClient, whereIs } from './ssh-connect.ts';
import { lostFault } from './ssh-faults.ts';
import { killShell, taskShell } from './supervisor/questions.ts';

export interface SshTransportOptions {
  /** Short lines for whoever looks for a fault: connections opened and lost. */
  readonly log?: (line: string) => void;
  /** Time between two signs of life asked of a node, in ms; three without an answer and the connection is lost. */
  readonly keepaliveMs?: number;
  /** How long a task may run before its output is asked for as it comes, in ms; longer where many run at once. */
  readonly watchAfterMs?: number;
  /** After how long without output a task is looked at again, in ms. */
  readonly lookAgainMs?: number;
  /** Starts a POSIX shell that reads its program from standard input. */
  readonly shell?: string;
}

type ConnectionOptions = Required<Omit<SshTransportOptions, 'keepaliveMs' | 'watchAfterMs'>> & {
  readonly patience: Patience;
  /** Another connection to the same node. */
  readonly openFurther: () => Promise<OpenClient>;
};

/**
 * Tasks that one connection follows at a time. sshd allows 10 channels by default: one more is for kill, one for a file. Where it
 * allows fewer, these two get a connection of their own.
 */
const TASK_SHELLS = 8;

/** Tasks that one node is asked to end at a time: one that does not listen takes two seconds, and the others shall not wait for it. */
const KILL_SHELLS = 4;

/** How often a further connection is tried where the node does not answer just then. */
const FURTHER_TRIES = 3;

/** The port to nodes over SSH: one connection per node, a few shells on it, each with the task supervisor in it. */
export function createSshTransport(options: SshTransportOptions = {}): Transport {
  const { keepaliveMs = 10_000, log = () => {}, shell = 'exec /bin/sh -s' } = options;
  const { watchAfterMs = 250, lookAgainMs = 15_000 } = options;
  const readKey = createKeyReader();
  const patience = createPatience(watchAfterMs);
  return {
    connect: (endpoint, { timeoutMs, signal }) =>
      connectClient(endpoint, { timeoutMs, signal, keepaliveMs, readKey }, (open) =>
        createConnection(open, endpoint, {
          ...{ log, shell, patience, lookAgainMs },
          openFurther: () => connectClient(endpoint, { timeoutMs, keepaliveMs, readKey }, async (one) => one),
        }),
      ),
  };
}

async function createConnection(
  { client, socket }: OpenClient,
  endpoint: Endpoint,
  options: ConnectionOptions,
): Promise<Connection> {
  const { log, shell, patience, lookAgainMs, openFurther } = options;
  /** Connections for what must not wait until a task ends, where this one has no channel left (sshd's MaxSessions). */
  const further: OpenClient[] = [];
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
    for (const one of further) endClient(one);
  });

  const openChannel = (on: Client = client) =>
    new Promise<ClientChannel>((resolve, reject) => {
      if (lost) throw lost;
      const refused = (error: Error) =>
        reject(new NoMoreShells(`${where} gives us no shell: ${error.message}`, { cause: error }));
      try {
        on.exec(shell, (error, channel) => {
          if (error) refused(error);
          else resolve(channel);
        });
      } catch (error) {
        // The socket has ended and ssh2 has not said so yet.
        refused(error as Error);
      }
    });
  const openShell = (program: (token: string) => string, channel = openChannel()) =>
    channel.then((opened) => openNodeShell(opened, { program, where, patience, lookAgainMs }));

  /** Somebody opens a further connection: others wait, and look for a channel again. */
  let opening: Promise<ClientChannel> | null = null;

  /** A channel even where tasks have taken all that this connection has. */
  async function openUrgently(): Promise<ClientChannel> {
    for (;;) {
      try {
        return await openSpare();
      } catch (error) {
        if (!(error instanceof NoMoreShells)) throw error;
      }
      if (opening === null) {
        opening = openOnFurther();
        try {
          return await opening;
        } finally {
          opening = null;
        }
      }
      await opening.catch(() => {});
    }
  }

  /** A channel on one of the connections that there are. */
  async function openSpare(): Promise<ClientChannel> {
    for (const { client: on } of further) {
      try {
        return await openChannel(on);
      } catch (error) {
        if (!(error instanceof NoMoreShells)) throw error;
      }
    }
    return openChannel();
  }

  /** The same; where somebody is about to open a further connection, there too. */
  async function openIfThereIs(): Promise<ClientChannel> {
    try {
      return await openSpare();
    } catch (error) {
      if (!(error instanceof NoMoreShells) || opening === null) throw error;
      await opening.catch(() => {});
      return openSpare();
    }
  }

  async function openOnFurther(): Promise<ClientChannel> {
    const opened = await reachFurther();
    if (lost) {
      endClient(opened);
      throw lost;
    }
    opened.client.on('error', () => {});
    try {
      const channel = await openChannel(opened.client);
      log(`connected to ${where} once more: it gives one connection too few channels (MaxSessions)`);
      // What hangs on it is lost, and is asked for on a new connection like everything else.
      opened.client.once('close', () => socket.destroy());
      further.push(opened);
      return channel;
    } catch (error) {
      endClient(opened);
      throw error;
    }
  }

  async function reachFurther(): Promise<OpenClient> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await openFurther();
      } catch (error) {
        const mayPass = error instanceof TransportError && error.fault === 'unreachable';
        if (!mayPass || tries === FURTHER_TRIES || lost) throw error;
        await delay(tries * 500);
      }
    }
  }

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

  const first = await whileConnected(() => openShell(taskShell));
  const tasks = createShellPool(() => openShell(taskShell), TASK_SHELLS, [first]);
  // One must be had; more are for where there is room.
  const openControl = (others: number) =>
    openShell(killShell, others === 0 ? openUrgently() : openIfThereIs());
  const control = createShellPool(openControl, KILL_SHELLS);
  const files = createFairGate<'put'>(1);
  /** On any shell that has nothing to do. */
  const onIdle = <T>(ask: (one: NodeShell) => Promise<T>) => tasks.useIdle(ask) ?? control.use(ask);
  log(`connected to ${where}`);

  return {
    mark: first.mark,
    async run(task, offset, sink) {
      checkTask(task);
      return whileConnected(() => tasks.use((one) => one.run(task, offset, sink)));
    },
    async follow(taskId, offset, sink) {
      checkId(taskId);
      return whileConnected(() => tasks.use((one) => one.follow(taskId, offset, sink)));
    },
    async kill(taskId, graceMs) {
      checkId(taskId);
      return whileConnected(() => control.use((one) => one.kill(taskId, graceMs)));
    },
    async runningFor(taskId) {
      checkId(taskId);
      return whileConnected(() => onIdle((one) => one.runningFor(taskId)));
    },
    async forget(taskIds, sweepOlderThanDays) {
      if (taskIds !== 'all') taskIds.forEach(checkId);
      const running = await whileConnected(() => onIdle((one) => one.forget(taskIds, sweepOlderThanDays)));
      if (running.length > 0) {
        const message = `${where}: still running, so not forgotten: ${running.join(' ')}; kill them first`;
        throw new TransportError('protocol', message);
      }
    },
    async put(file, content, signal) {
      checkFile(file);
      const write = async () => putFile(await openUrgently(), { where, file, content, signal });
      return whileConnected(() => files.pass('put', write));
    },
    close() {
      lost ??= new TransportError('lost', `the connection to ${where} was closed here`);
      breakOff(lost);
      for (const one of [{ client, socket }, ...further]) endClient(one);
    },
  };
}

function endClient({ client, socket }: OpenClient): void {
  client.end();
  // A peer that does not answer must not keep the socket open. The client's own destroy does nothing after its end.
  setTimeout(() => socket.destroy(), 1000).unref();
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 100));
