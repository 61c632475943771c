import { createFairGate } from '../fair-gate.ts';
import {
  type Connection,
  type Endpoint,
  type HandshakeGate,
  type Transport,
  TransportError,
} from '../transport.ts';
import { createChannels } from './channels.ts';
import { checkFile, checkId, checkTask } from './limits.ts';
import { createKeyReader } from './login-key.ts';
import { type NodeShell, openNodeShell } from './node-shell.ts';
import { createPatience, type Patience } from './patience.ts';
import { putFile } from './put-file.ts';
import { createShellPool, NoMoreShells } from './shell-pool.ts';
import { connectClient, endClient, type OpenClient, whereIs } from './ssh-connect.ts';
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
  readonly openFurther: (signal: AbortSignal) => Promise<OpenClient>;
};

/**
 * Tasks that one connection follows at a time. sshd allows 10 channels by default: one more is for kill, one for a file. Where it
 * allows fewer, these two get a connection of their own.
 */
const TASK_SHELLS = 8;

/** Tasks that one node is asked to end at a time: one that does not listen takes two seconds, and the others shall not wait for it. */
const KILL_SHELLS = 4;

const passAtOnce: HandshakeGate = (_, handshake) => handshake();

/** The port to nodes over SSH: one connection per node, a few shells on it, each with the task supervisor in it. */
export function createSshTransport(options: SshTransportOptions = {}): Transport {
  const { keepaliveMs = 10_000, log = () => {}, shell = 'exec /bin/sh -s' } = options;
  const { watchAfterMs = 250, lookAgainMs = 15_000 } = options;
  const readKey = createKeyReader();
  const patience = createPatience(watchAfterMs);
  return {
    connect(endpoint, { timeoutMs, signal, gate = passAtOnce }) {
      const how = { timeoutMs, keepaliveMs, readKey };
      const openFurther = (over: AbortSignal) =>
        gate('further', () => connectClient(endpoint, { ...how, signal: over }, async (one) => one));
      const begin = (open: OpenClient) =>
        createConnection(open, endpoint, { log, shell, patience, lookAgainMs, openFurther });
      return gate('first', () => connectClient(endpoint, { ...how, signal }, begin));
    },
  };
}

async function createConnection(
  open: OpenClient,
  endpoint: Endpoint,
  options: ConnectionOptions,
): Promise<Connection> {
  const { client } = open;
  const { log, shell, patience, lookAgainMs, openFurther } = options;
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
    channels.close();
  });

  const channels = createChannels(open, { where, shell, log, connect: openFurther, lost: () => lost });
  const openShell = (program: (token: string) => string, channel = channels.open()) =>
    channel.then((opened) => openNodeShell(opened, { program, where, patience, lookAgainMs }));

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
    openShell(killShell, others === 0 ? channels.openUrgently() : channels.openIfThereIs());
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
    async kill(taskId, graceMs, { spareEnded = false } = {}) {
      checkId(taskId);
      return whileConnected(() => control.use((one) => one.kill(taskId, graceMs, spareEnded)));
    },
    async runningFor(taskId) {
      checkId(taskId);
      return whileConnected(() => onIdle((one) => one.runningFor(taskId)));
    },
    async unended(prefix) {
      checkId(prefix);
      return whileConnected(() => onIdle((one) => one.unended(prefix)));
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
      const write = async () => putFile(await channels.openUrgently(), { where, file, content, signal });
      return whileConnected(() => files.pass('put', write));
    },
    close() {
      lost ??= new TransportError('lost', `the connection to ${where} was closed here`);
      breakOff(lost);
      endClient(open);
      channels.close();
    },
  };
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 100));
