import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTING } from '../../connecting.ts';
import { type Machine, type Provider, ProviderError } from '../../provider.ts';
import { type Connection, type Endpoint, type Transport, TransportError } from '../../transport.ts';
import { readKnownHosts } from './known-hosts.ts';
import type { MetKeys } from './met-keys.ts';

/** A machine that somebody has and lends to the pool. */
export interface SshNode {
  /** What people call it; unique in the pool. */
  readonly name: string;
  readonly address: string;
  /** Of its sshd; 22 if absent. */
  readonly port?: number;
  readonly zone?: string;
  readonly tags?: readonly string[];
}

export interface SshProviderOptions {
  readonly pool: string;
  /** Who logs in. */
  readonly user: string;
  /** Private key, PEM or OpenSSH text. */
  readonly privateKey: string;
  /** A known_hosts file and its text, or trust in the key met first, which is then on record in `met`. */
  readonly hostKeys: 'first-use' | { readonly file: string; readonly text: string };
  readonly nodes: readonly SshNode[];
  readonly met: MetKeys;
  /** By which it asks whether a machine answers. */
  readonly transport: Transport;
  /** How long a machine may take to answer, in ms. */
  readonly timeoutMs?: number;
}

/** Pause before a machine that did not answer is asked again. */
const ASK_AGAIN_MS = 500;
/** A connection is given up that much after its time at the latest, as long as this process runs. */
const LATE_MS = 500;

/** A pool of machines that are there anyway: it hands them out and takes them back, and makes nothing. */
export function createSshProvider(options: SshProviderOptions): Provider {
  const { pool, user, privateKey, nodes, met, transport, timeoutMs = 15_000 } = options;
  const known = options.hostKeys === 'first-use' ? null : readKnownHosts(options.hostKeys.text);
  const machines = new Map(nodes.map((node) => [node.name, node]));

  function nodeNamed(name: string): SshNode {
    const node = machines.get(name);
    if (node) return node;
    const names = nodes.map((one) => one.name).join(', ');
    throw new ProviderError('failed', `pool ${pool} has no machine ${name}; it has ${names}`);
  }

  async function endpoint(name: string): Promise<Endpoint> {
    const { address: host, port = 22 } = nodeNamed(name);
    const base = { name, host, port, user, privateKey };
    if (options.hostKeys === 'first-use') {
      // Only create() may meet a key: afterwards the recorded one is the only one that counts.
      return { ...base, hostKeys: await met.of(host, port) };
    }
    const hostKeys = known?.(host, port) ?? [];
    if (hostKeys.length > 0) return { ...base, hostKeys };
    const entry = port === 22 ? host : `[${host}]:${port}`;
    throw new ProviderError(
      'failed',
      `pool ${pool}: ${options.hostKeys.file} has no host key for ${entry} (machine ${name}); ` +
        `compare the fingerprint, then add it: ssh-keyscan -p ${port} ${host} >> ${options.hostKeys.file}`,
    );
  }

  /** It may be on its way up, or its line may have been cut just now: that alone breaks no run. */
  async function patiently(target: Endpoint): Promise<Connection> {
    for (let left = timeoutMs; ; ) {
      const began = performance.now();
      try {
        return await transport.connect(target, { timeoutMs: left });
      } catch (error) {
        const passing =
          error instanceof TransportError && (error.fault === 'unreachable' || error.fault === 'lost');
        const took = performance.now() - began;
        // What took longer than it could: this process was paused meanwhile, which says nothing of the machine.
        if (took < left + LATE_MS) left -= took + ASK_AGAIN_MS;
        if (!passing || left <= 0) throw error;
        await delay(ASK_AGAIN_MS);
      }
    }
  }

  async function connect(name: string, target: Endpoint): Promise<Connection> {
    try {
      return await CONNECTING.pass(`pool ${pool}`, () => patiently(target));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const next =
        error.fault === 'host-key' && options.hostKeys === 'first-use' ? ` (recorded in ${met.where})` : '';
      throw new ProviderError('failed', `pool ${pool}: machine ${name}: ${error.message}${next}`, {
        cause: error,
      });
    }
  }

  /** Logs in; on a first-use pool, a machine whose key is not on record yet is believed and recorded. */
  async function logIn(name: string): Promise<Connection> {
    const known = await endpoint(name);
    if (options.hostKeys !== 'first-use' || known.hostKeys.length > 0) return connect(name, known);
    let key: string | undefined;
    const connection = await connect(name, {
      ...known,
      hostKeys: 'first-use',
      onHostKey: (one) => {
        key = one;
      },
    });
    if (key) await met.record(known.host, known.port, key);
    return connection;
  }

  const machine = ({ name, address, zone, tags }: SshNode): Machine => ({
    name,
    address,
    ...(zone === undefined ? {} : { zone }),
    ...(tags === undefined ? {} : { tags }),
  });

  const cannot = (what: string) => async (name: string) => {
    throw new ProviderError(
      'failed',
      `pool ${pool}: ${name} is a machine you have and cannot be ${what}; ` +
        "give the blueprint teardown steps and 'reset: teardown', or use a lab pool",
    );
  };

  return {
    pool,
    kind: 'ssh',
    capacity: nodes.length,
    can: { reset: false, snapshot: false, layers: false, packages: true },
    summary: `machines you have, as ${user}; no snapshots: reset runs the blueprint's teardown`,
    async prepare(progress) {
      if (options.hostKeys === 'first-use') {
        progress(`host keys are believed at first use and kept in ${met.where}`);
      }
      // A key that is missing is better told now than in the middle of a deploy day.
      else for (const node of nodes) await endpoint(node.name);
    },
    choose: (count, taken) =>
      nodes
        .map((node) => node.name)
        .filter((name) => !taken.has(name))
        .slice(0, count),
    async create(name) {
      const connection = await logIn(name);
      connection.close();
      return machine(nodeNamed(name));
    },
    async find(name) {
      const node = nodes.find((one) => one.name === name);
      return node ? machine(node) : null;
    },
    reset: cannot('reset'),
    snapshot: cannot('kept as a snapshot'),
    async dropLayer() {},
    sharedLayers: async () => new Set(),
    share: cannot('shared as a layer'),
    async destroy(name, mayTouch) {
      if (!nodes.some((one) => one.name === name)) return;
      const connection = await logIn(name);
      try {
        await mayTouch?.();
        await connection.forget('all');
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        throw new ProviderError('failed', `pool ${pool}: giving back ${error.message}`, { cause: error });
      } finally {
        connection.close();
      }
    },
    endpoint,
    async close() {},
  };
}
