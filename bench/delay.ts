import { connect, createServer, type Socket } from 'node:net';

export interface DelayedPort {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A TCP port of 127.0.0.1 that leads to another one, so many ms late in each direction. Bytes are late, not the opening of
 * the connection: a real one would take one round trip more. (The kernel's netem would delay that, too; few machines have it.)
 */
export async function openDelayedPort(address: string, to: number, delayMs: number): Promise<DelayedPort> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ port: to, host: address, noDelay: true, allowHalfOpen: true });
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      const later = (act: () => void) => void setTimeout(act, delayMs);
      from.on('data', (chunk) => later(() => into.write(chunk)));
      from.on('end', () => later(() => into.end()));
      from.on('error', () => later(() => into.destroy()));
      from.on('close', () => {
        sockets.delete(from);
        later(() => into.destroy());
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port is free');
  return {
    port: bound.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
