import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { knownHostsLine } from '../../../../engine/providers/ssh/known-hosts.ts';
import { createMetKeys } from '../../../../engine/providers/ssh/met-keys.ts';
import { createSshProvider, type SshProviderOptions } from '../../../../engine/providers/ssh/ssh.ts';
import { type Transport, TransportError } from '../../../../engine/transport.ts';
import { createSshTransport } from '../../../../engine/transports/ssh.ts';
import { describeIf } from '../../../support/needs.ts';
import { freePort, makeKey, needSshd, startSshd, type TestSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const need = await needSshd();

/** The same transport, and how many of its attempts to connect have failed. */
function countAttempts(inner: Transport) {
  let failed = 0;
  const transport: Transport = {
    connect: (endpoint, how) =>
      inner.connect(endpoint, how).catch((error: unknown) => {
        failed += 1;
        throw error;
      }),
  };
  return { transport, failed: () => failed };
}

describeIf(need)('a pool of machines you have', () => {
  const transport = createSshTransport();
  let sshd: TestSshd;
  let dir: string;
  let stateDir: string;
  let options: SshProviderOptions;

  beforeAll(async () => {
    sshd = await startSshd();
    dir = await mkdtemp(join(tmpdir(), 'deployday-pool-'));
  });
  beforeEach(async () => {
    stateDir = await mkdtemp(join(dir, 'state-'));
    options = {
      pool: 'rack',
      user: sshd.endpoint.user,
      privateKey: sshd.endpoint.privateKey,
      hostKeys: { file: './known_hosts', text: knownHostsLine('127.0.0.1', sshd.port, sshd.hostKeys[0]) },
      nodes: [
        { name: 'n1', address: '127.0.0.1', port: sshd.port, zone: 'az1', tags: ['compute'] },
        { name: 'n2', address: '127.0.0.1', port: await freePort() },
      ],
      met: createMetKeys(stateDir),
      transport,
    };
  });
  afterAll(async () => {
    await sshd?.stop();
    await rm(dir, { recursive: true });
  });

  const spec = { hostname: 'controller' };

  test('hands out what it has, in order', async () => {
    const provider = createSshProvider(options);
    expect(provider).toMatchObject({
      kind: 'ssh',
      capacity: 2,
      can: { reset: false, snapshot: false, layers: false, packages: true },
    });
    expect(provider.choose(5, new Set())).toEqual(['n1', 'n2']);
    expect(provider.choose(1, new Set(['n1']))).toEqual(['n2']);
    expect(await provider.find('n1')).toEqual({
      name: 'n1',
      address: '127.0.0.1',
      zone: 'az1',
      tags: ['compute'],
    });
    expect(await provider.find('n9')).toBeNull();
  });

  test('sixty that are met at once are met a few at a time, each with all the time that one may take', async () => {
    let now = 0;
    let most = 0;
    let least = Number.POSITIVE_INFINITY;
    const counting: Transport = {
      async connect(endpoint, how) {
        now += 1;
        most = Math.max(most, now);
        least = Math.min(least, how.timeoutMs);
        return transport.connect(endpoint, how).finally(() => {
          now -= 1;
        });
      },
    };
    const names = Array.from({ length: 60 }, (_, i) => `n${i + 1}`);
    const nodes = names.map((name) => ({ name, address: '127.0.0.1', port: sshd.port }));
    const provider = createSshProvider({ ...options, nodes, transport: counting, timeoutMs: 60_000 });
    const made = await Promise.all(names.map((name) => provider.create(name, spec)));
    expect(made.map(({ name }) => name)).toEqual(names);
    expect(most).toBeLessThanOrEqual(16);
    expect(least).toBeGreaterThan(59_000);
  });

  test('a machine that answers is there, one that does not says why', async () => {
    const text = [sshd.port, options.nodes[1]?.port ?? 0]
      .map((port) => knownHostsLine('127.0.0.1', port, sshd.hostKeys[0]))
      .join('');
    const hostKeys = { file: './known_hosts', text };
    const provider = createSshProvider({ ...options, hostKeys, timeoutMs: 1_000 });
    await provider.prepare(() => {});
    expect(await provider.create('n1', spec)).toMatchObject({ name: 'n1', address: '127.0.0.1' });
    await expect(provider.create('n2', spec)).rejects.toMatchObject({
      fault: 'failed',
      message: /^pool rack: machine n2: cannot reach n2 \(127\.0\.0\.1:\d+\): connection refused/,
    });
    await expect(provider.create('n9', spec)).rejects.toThrow(/no machine n9; it has n1, n2/);
  });

  test('a machine whose sshd is just being restarted is waited for', async () => {
    const attempts = countAttempts(transport);
    const provider = createSshProvider({ ...options, transport: attempts.transport });
    await sshd.kill();
    const creating = provider.create('n1', spec);
    await until(() => attempts.failed() > 0, { what: 'a first attempt to fail' });
    await sshd.start();
    expect(await creating).toMatchObject({ name: 'n1' });
  });

  test('a machine is not given up by a process that was paused while it waited', async () => {
    const given: number[] = [];
    const attempts: Transport = {
      connect(endpoint, how) {
        given.push(how.timeoutMs);
        if (given.length > 1) return transport.connect(endpoint, how);
        // The line is cut, and the process is paused for longer than it has patience.
        setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000), 10);
        return Promise.reject(new TransportError('lost', 'the line was cut'));
      },
    };
    const provider = createSshProvider({ ...options, transport: attempts, timeoutMs: 5_000 });
    expect(await provider.create('n1', spec)).toMatchObject({ name: 'n1' });
    expect(given[1]).toBeGreaterThan(3_000);
  });

  test('a machine without a known key is told before anything starts', async () => {
    const provider = createSshProvider(options);
    await expect(provider.prepare(() => {})).rejects.toThrow(
      /\.\/known_hosts has no host key for \[127\.0\.0\.1\]:\d+ \(machine n2\); .*ssh-keyscan -p \d+ 127\.0\.0\.1/,
    );
  });

  test('first use believes a key once and keeps it', async () => {
    const provider = createSshProvider({ ...options, hostKeys: 'first-use' });
    const lines: string[] = [];
    await provider.prepare((line) => lines.push(line));
    expect(lines.join()).toMatch(/first use/);
    expect((await provider.endpoint('n1')).hostKeys).toEqual([]);
    await provider.create('n1', spec);
    expect((await provider.endpoint('n1')).hostKeys).toEqual([sshd.hostKeys[0]]);
    const file = join(stateDir, 'known_hosts');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(knownHostsLine('127.0.0.1', sshd.port, sshd.hostKeys[0]));
    // Another process, later, meets another key.
    const other = (await makeKey(stateDir, 'other', 'ed25519')).publicKey;
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, knownHostsLine('127.0.0.1', sshd.port, other));
    const later = createSshProvider({ ...options, hostKeys: 'first-use' });
    await expect(later.create('n1', spec)).rejects.toThrow(
      /refused to talk to n1 .* \(recorded in .*known_hosts\)/,
    );
  });

  test('reset and snapshot say what to use instead', async () => {
    const provider = createSshProvider(options);
    await expect(provider.reset('n1', null)).rejects.toMatchObject({ fault: 'failed', message: /teardown/ });
    await expect(provider.snapshot('n1', 'x')).rejects.toMatchObject({
      fault: 'failed',
      message: /teardown/,
    });
  });

  test('giving back removes what we left on the machine', async () => {
    const provider = createSshProvider(options);
    const connection = await transport.connect(await provider.endpoint('n1'), { timeoutMs: 10_000 });
    await connection.run({ id: 'left', script: 'echo secret # $0', env: {} }, 0, () => {});
    connection.close();
    const left = () =>
      Promise.all(['task', 'script'].map((part) => readFile(join(sshd.stateDir, part, 'left'), 'utf8')));
    expect((await left()).join()).toContain('secret');
    const mayNot = () => Promise.reject(new Error('it is not mine any more'));
    await expect(provider.destroy('n1', mayNot)).rejects.toThrow('it is not mine any more');
    expect((await left()).join()).toContain('secret');
    await provider.destroy('n1');
    // What stays keeps the task from ever being started again.
    expect((await left()).join().length).toBeLessThan(10);
    await provider.destroy('n9');
    await provider.close();
  });
});
