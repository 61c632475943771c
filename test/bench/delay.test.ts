import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openDelayedPort } from '../../bench/delay.ts';
import { freePort } from '../../bench/nodes.ts';

const closes: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

/** A port that gives back what it gets. */
async function echo(): Promise<number> {
  const port = await freePort();
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closes.push(() => new Promise((resolve) => server.close(resolve)));
  return port;
}

describe('a port that is far away', () => {
  it('gives back what was sent, whole and in order, no sooner than there and back takes', async () => {
    const delayed = await openDelayedPort('127.0.0.1', await echo(), 20);
    closes.push(() => delayed.close());
    const socket = connect({ port: delayed.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const began = performance.now();
    const sent = Array.from({ length: 2_000 }, (_, i) => `line ${i}\n`);
    for (const line of sent) socket.write(line);
    socket.end();
    const [first] = (await once(socket, 'data')) as [Buffer];
    // Timers may be early by less than a millisecond, once in each direction.
    expect(performance.now() - began).toBeGreaterThan(38);
    const chunks = [first];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe(sent.join(''));
  });
});
