import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Connection, Endpoint, RemoteOutcome, Transport } from '../../../engine/transport.ts';
import { startProxy, type TcpProxy } from '../../support/proxy.ts';
import { until } from '../../support/until.ts';
import { tasksLeft } from './left.ts';

/** A node on this machine, so that the tests can look behind the transport's back. */
export interface TransportWorld {
  readonly transport: Transport;
  readonly endpoint: Endpoint;
  /** The folder in which the node keeps its tasks. */
  readonly stateDir: string;
  /** A folder on the node that belongs to the test. */
  readonly folder: string;
  /** Ends the node's server and all its connections as in a crash; tasks go on. */
  killServer(): Promise<void>;
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

export type Started = ReturnType<Kit['start']>;

/** What the parts of the contract share: one node for all tests of a suite, and nothing runs on after any of them. */
export function createKit(setUp: () => Promise<TransportWorld>) {
  let world: TransportWorld;
  let proxy: TcpProxy;
  const open: Connection[] = [];
  const started: string[] = [];

  beforeAll(async () => {
    world = await setUp();
    proxy = await startProxy(world.endpoint);
  });
  afterEach(async () => {
    for (const connection of open.splice(0)) connection.close();
    // Looked for from here: most tests leave nothing, and for each kill the node would read all of its processes.
    const left = tasksLeft(started.splice(0));
    if (left.length === 0) return;
    const cleaner = await connect();
    for (const id of left) expect(await cleaner.kill(id, 0)).toMatchObject({ left: [] });
  });
  afterAll(async () => {
    // It refuses to forget what runs.
    if (proxy) await (await connect()).forget('all');
    for (const connection of open.splice(0)) connection.close();
    await proxy?.stop();
    await world?.stop();
  });

  const openConnection = (port = world.endpoint.port) =>
    world.transport.connect({ ...world.endpoint, port }, { timeoutMs: 10_000 });

  async function connect(port?: number): Promise<Connection> {
    const connection = await openConnection(port);
    open.push(connection);
    return connection;
  }

  /**
   * One connection for all tests of a `describe` that do not care where it begins and ends: to make one costs the node more than
   * most of what they ask of it. What one test has done to it must not harm the next; if it is lost, the next gets another.
   */
  function shareConnection(): () => Promise<Connection> {
    let shared: Connection | undefined;
    afterAll(() => shared?.close());
    return async () => {
      if (shared && !(await answers(shared))) {
        shared.close();
        shared = undefined;
      }
      shared ??= await openConnection();
      return shared;
    };
  }

  function newId(): string {
    const id = `t-${randomUUID()}`;
    started.push(id);
    return id;
  }

  function start(
    connection: Connection,
    script: string,
    options: { id?: string; env?: Record<string, string> } = {},
  ) {
    const id = options.id ?? newId();
    const output = collector();
    const outcome = connection.run({ id, script, env: options.env ?? {} }, 0, output.sink);
    outcome.catch(() => {});
    return { id, output, outcome };
  }

  return {
    get world() {
      return world;
    },
    get proxy() {
      return proxy;
    },
    connect,
    shareConnection,
    newId,
    start,
    async run(connection: Connection, script: string, env: Record<string, string> = {}) {
      const { id, output, outcome } = start(connection, script, { env });
      return { id, output, outcome: await outcome };
    },
    /** A task that has begun: it has said `on`. */
    async startAndHear(connection: Connection, script: string, options: Parameters<typeof start>[2] = {}) {
      const task = start(connection, `echo on\n${script}`, options);
      await until(() => task.output.text().startsWith('on\n'), { what: 'the task to begin' });
      return task;
    },
    /** A path that nothing is at yet. */
    path: () => join(world.folder, randomUUID()),
    recordOf: (id: string) => join(world.stateDir, 'task', id),
  };
}

const answers = (connection: Connection) =>
  connection.runningFor('nobody').then(
    () => true,
    () => false,
  );

export type Kit = ReturnType<typeof createKit>;

export const finished = (exitCode: number): RemoteOutcome => ({ state: 'finished', exitCode });
export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
export const nowhere = () => {};
/** More output than this is not kept. */
export const CAP = 64 << 20;

/** What `put` is told of a file before its bytes. */
export const announced = (path: string, content: Buffer, mode = 0o640) => ({
  path,
  mode,
  bytes: content.length,
  sha256: sha256(content),
});

/** A content as it is given to `put`. */
export async function* pieces(content: Buffer, size = 100_000) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

/** Keeps output and insists that no byte is missing or doubled. */
export function collector() {
  let kept = Buffer.alloc(0);
  const from = (start: number) => {
    expect(start).toBe(kept.length);
    return (chunk: Buffer, offset: number) => {
      expect(offset).toBe(kept.length);
      kept = Buffer.concat([kept, chunk]);
    };
  };
  return {
    sink: from(0),
    from,
    length: () => kept.length,
    bytes: () => kept,
    text: () => kept.toString('utf8'),
  };
}
