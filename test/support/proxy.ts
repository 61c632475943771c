import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can misbehave. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection that goes through it now. */
  cut(): void;
  /** Cuts the connections once so many bytes more have come from the target. */
  cutAfter(bytes: number): void;
  /** Passes nothing on, in both directions, and keeps connections open. */
  stall(): void;
  resume(): void;
  /** Bytes that have come from the target so far. */
  received(): number;
  stop(): Promise<void>;
}

export async function startProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let stalled = false;
  let received = 0;
  let limit = Number.POSITIVE_INFINITY;

  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    pairs.clear();
  };

  const server = createServer((near) => {
    const far = connect({ ...target, noDelay: true });
    near.setNoDelay(true);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', end);
      from.on('close', end);
      from.on('data', (chunk: Buffer) => {
        if (from === far) received += chunk.length;
        if (received >= limit) {
          limit = Number.POSITIVE_INFINITY;
          cut();
          return;
        }
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => {
        if (!stalled) from.resume();
      });
    }
    if (stalled) for (const socket of pair) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    cut,
    cutAfter(bytes) {
      limit = received + bytes;
    },
    stall() {
      stalled = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    resume() {
      stalled = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    received: () => received,
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
