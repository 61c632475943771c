import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../../engine/transport.ts';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import { describeIf } from '../../support/needs.ts';
import { freePort, makeKey, needSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const need = await needSshd();

describeIf(need)('connecting over ssh', () => {
  const transport = createSshTransport();
  const options = { timeoutMs: 10_000 };
  let sshd: TestSshd;
  let dir: string;
  let other: Awaited<ReturnType<typeof makeKey>>;
  let endpoint: Endpoint;

  beforeAll(async () => {
    sshd = await startSshd();
    dir = await mkdtemp(join(tmpdir(), 'deployday-keys-'));
    other = await makeKey(dir, 'other', 'ed25519');
    endpoint = { ...sshd.endpoint, name: 'n3' };
  });
  afterAll(async () => {
    await sshd?.stop();
    await rm(dir, { recursive: true });
  });

  const refused = (changes: Partial<Endpoint>, timeoutMs = options.timeoutMs) =>
    transport.connect({ ...endpoint, ...changes }, { timeoutMs }).then(
      () => {
        throw new Error('connected');
      },
      (error: unknown) => error,
    );

  test('a node is not called silent by a process that was paused and could not hear it', async () => {
    const connecting = transport.connect(endpoint, { timeoutMs: 5_000 });
    // As SIGSTOP does: nothing runs here, and every timer is due at once afterwards.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_600);
    (await connecting).close();
  });

  test('a key that is not known is refused, naming the one met and the ones expected', async () => {
    const error = await refused({ hostKeys: [other.publicKey] });
    expect(error).toMatchObject({ fault: 'host-key' });
    expect((error as Error).message).toMatch(
      /^refused to talk to n3 \(127\.0\.0\.1:\d+\): its host key is ssh-ed25519 SHA256:\S+, expected ssh-ed25519 SHA256:/,
    );
  });

  test('no known key at all refuses', async () => {
    expect(await refused({ hostKeys: [] })).toMatchObject({ fault: 'host-key', message: /expected no key/ });
    expect(await refused({ hostKeys: ['nonsense'] })).toMatchObject({
      fault: 'host-key',
      message: /nonsense/,
    });
  });

  test('of several keys of a host, the kind that we know is asked for', async () => {
    for (const key of sshd.hostKeys) {
      const connection = await transport.connect({ ...endpoint, hostKeys: [key] }, options);
      connection.close();
    }
    const all = { ...endpoint, hostKeys: [other.publicKey, ...sshd.hostKeys] };
    (await transport.connect(all, options)).close();
  });

  test('first use hands the key over', async () => {
    const met: string[] = [];
    const first = {
      ...endpoint,
      hostKeys: 'first-use' as const,
      onHostKey: (key: string) => void met.push(key),
    };
    (await transport.connect(first, options)).close();
    expect(met).toEqual([sshd.hostKeys[0]]);
    (await transport.connect({ ...endpoint, hostKeys: met }, options)).close();
  });

  test('a login key that the node does not accept', async () => {
    const privateKey = await readFile(other.path, 'utf8');
    const error = await refused({ privateKey });
    expect(error).toMatchObject({ fault: 'auth' });
    expect((error as Error).message).toMatch(
      /cannot log in on n3 .* as \S+: the node refused our key; is our public key/,
    );
    expect(await refused({ privateKey: 'no key' })).toMatchObject({
      fault: 'auth',
      message: /cannot be read/,
    });
  });

  test('nobody listens', async () => {
    const error = await refused({ port: await freePort() });
    expect(error).toMatchObject({ fault: 'unreachable' });
    expect((error as Error).message).toMatch(
      /^cannot reach n3 \(127\.0\.0\.1:\d+\): connection refused; is the machine on and its sshd running\?$/,
    );
  });

  test('given up before it began: nothing is opened', async () => {
    let met = 0;
    const silent = createServer(() => {
      met += 1;
    });
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as { port: number };
    const connecting = createSshTransport().connect(
      { ...sshd.endpoint, port },
      { timeoutMs: 5000, signal: AbortSignal.abort() },
    );
    await expect(connecting).rejects.toMatchObject({ fault: 'unreachable' });
    // It ends only when no connection is left.
    await new Promise((done) => silent.close(done));
    expect(met).toBe(0);
  });

  test('somebody listens but says nothing, or is no sshd', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => sockets.add(socket));
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    for (const server of [silent, web])
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const port = (server: typeof silent) => (server.address() as { port: number }).port;
      const began = performance.now();
      expect(await refused({ port: port(silent) }, 300)).toMatchObject({
        fault: 'unreachable',
        message: /no answer within 0.3 s/,
      });
      expect(performance.now() - began).toBeLessThan(2000);
      expect(await refused({ port: port(web) })).toMatchObject({ fault: 'unreachable' });
      const giveUp = new AbortController();
      const waiting = transport.connect(
        { ...endpoint, port: port(silent) },
        { ...options, signal: giveUp.signal },
      );
      giveUp.abort();
      await expect(waiting).rejects.toMatchObject({ fault: 'unreachable', message: /gave up/ });
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
      web.close();
    }
  });

  test('a stream that breaks twice at once while logging in harms nobody', async () => {
    // As TCP does it when the machine loses its power: what was read and what was to be written fail in the same turn.
    const thrown: unknown[] = [];
    const breaking = () => {
      const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      setImmediate(() => {
        for (const what of ['read', 'write']) {
          try {
            stream.emit('error', Object.assign(new Error(`${what} ECONNRESET`), { code: 'ECONNRESET' }));
          } catch (error) {
            thrown.push(error);
          }
        }
      });
      return stream;
    };
    const error = await refused({ dial: async () => breaking() });
    expect(error).toMatchObject({ fault: 'unreachable' });
    expect(thrown).toEqual([]);
  });

  test('by a stream of the pool', async () => {
    const dial = async () => connectTcp(sshd.port, '127.0.0.1');
    const connection = await transport.connect({ ...endpoint, host: 'nowhere.invalid', dial }, options);
    let text = '';
    const task = { id: 'dialled', script: 'echo here', env: {} };
    await connection.run(task, 0, (chunk) => {
      text += chunk;
    });
    expect(text).toBe('here\n');
    connection.close();
    await expect(
      transport.connect({ ...endpoint, dial: () => Promise.reject(new Error('no namespace')) }, options),
    ).rejects.toMatchObject({ fault: 'unreachable', message: /no namespace/ });
  });

  test('a node without what the supervisor needs says what is missing', async () => {
    const bare = createSshTransport({ shell: 'PATH=/nonexistent exec /bin/sh -s' });
    await expect(bare.connect(endpoint, options)).rejects.toMatchObject({
      fault: 'protocol',
      message: /setsid is missing/,
    });
    const none = createSshTransport({ shell: 'echo no shell for you >&2; exit 1' });
    await expect(none.connect(endpoint, options)).rejects.toMatchObject({
      fault: 'protocol',
      message: /no shell for you/,
    });
    const silent = createSshTransport({ shell: 'exec sleep 60' });
    await expect(silent.connect(endpoint, { timeoutMs: 1000 })).rejects.toMatchObject({
      fault: 'unreachable',
      message: /no answer within 1 s/,
    });
  });
});
