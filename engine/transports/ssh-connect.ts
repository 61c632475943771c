import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type Algorithms,
  Client,
  type ParsedKey,
  type PublicKeyAuthMethod,
  type ServerHostKeyAlgorithm,
} from 'ssh2';
import { type Endpoint, TransportError } from '../transport.ts';
import { algorithmsFor, describeKey, type KeyBlob, parsePublicKey, publicKeyText } from './host-keys.ts';
import { connectFault } from './ssh-faults.ts';

export interface ConnectSettings {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Time between two signs of life that we ask for; after three without an answer the connection counts as lost. */
  readonly keepaliveMs: number;
  readonly readKey: (privateKey: string) => ParsedKey;
}

/** `n3 (10.1.2.3:22)`, or just the address when the node has no name. */
export const whereIs = ({ name, host, port }: Endpoint) =>
  name ? `${name} (${host}:${port})` : `${host}:${port}`;

/** A logged-in client and the stream that it speaks over. */
export interface OpenClient {
  readonly client: Client;
  readonly socket: Duplex;
}

export function endClient({ client, socket }: OpenClient): void {
  client.end();
  // A peer that does not answer must not keep the socket open. The client's own destroy does nothing after its end.
  setTimeout(() => socket.destroy(), 1000).unref();
}

/** Logs in and does `begin`, or rejects with a {@link TransportError} and leaves nothing open. */
export async function connectClient<T>(
  endpoint: Endpoint,
  settings: ConnectSettings,
  begin: (open: OpenClient) => Promise<T>,
): Promise<T> {
  const where = whereIs(endpoint);
  const client = new Client();
  // Errors may come in twos, and between two listeners: one that nobody hears would end the process.
  client.on('error', () => {});
  let socket: Duplex | undefined;
  const limit = new AbortController();
  const endWaiting = afterWaiting(settings.timeoutMs, () => {
    const message = `cannot reach ${where}: no answer within ${settings.timeoutMs / 1000} s; is the machine on and its sshd running?`;
    limit.abort(new TransportError('unreachable', message));
  });
  const stop = settings.signal ? AbortSignal.any([settings.signal, limit.signal]) : limit.signal;
  try {
    const work = async () => {
      stop.throwIfAborted();
      const opened = await openSocket(endpoint, stop);
      socket = opened;
      // Given up meanwhile: nobody else will close it.
      if (stop.aborted) opened.destroy();
      stop.throwIfAborted();
      await logIn(client, opened, endpoint, settings);
      return begin({ client, socket: opened });
    };
    return await Promise.race([work(), aborted(stop)]);
  } catch (error) {
    client.destroy();
    socket?.destroy();
    if (settings.signal?.aborted) {
      throw new TransportError('unreachable', `gave up connecting to ${where}`, { cause: error });
    }
    throw connectFault(where, endpoint.user, error);
  } finally {
    endWaiting();
    // Lets go of what waits for it.
    limit.abort();
  }
}

/** A timer that is so late was not let run: this process was paused, or starved. */
const LATE_MS = 500;

/** Does it after so many ms of waiting; when we could not have heard an answer in that time, it begins anew. */
function afterWaiting(ms: number, expire: () => void): () => void {
  let timer: NodeJS.Timeout;
  const begin = () => {
    const due = performance.now() + ms;
    timer = setTimeout(() => (performance.now() > due + LATE_MS ? begin() : expire()), ms);
  };
  begin();
  return () => clearTimeout(timer);
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

async function openSocket(endpoint: Endpoint, signal: AbortSignal): Promise<Duplex> {
  const socket = await openStream(endpoint, signal);
  gatherWrites(socket);
  return socket;
}

/** What is written in one turn of the event loop goes out at once: ssh2 writes each packet in parts. */
function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...words: unknown[]) => boolean;
  const uncork = () => socket.uncork();
  socket.write = (...words: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(uncork);
    }
    return write(...words);
  };
}

async function openStream(endpoint: Endpoint, signal: AbortSignal): Promise<Duplex> {
  if (endpoint.dial) {
    const stream = await endpoint.dial();
    if ('setNoDelay' in stream && typeof stream.setNoDelay === 'function') stream.setNoDelay(true);
    return stream;
  }
  return new Promise((resolve, reject) => {
    // Small packets, each waited for: with Nagle's algorithm every step would take 40 ms longer.
    const socket = connectTcp({ host: endpoint.host, port: endpoint.port, noDelay: true });
    socket.on('error', () => {});
    const giveUp = () => socket.destroy();
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      signal.removeEventListener('abort', giveUp);
      resolve(socket);
    });
  });
}

function logIn(
  client: Client,
  socket: Duplex,
  endpoint: Endpoint,
  { keepaliveMs, readKey }: ConnectSettings,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let wrongKey: TransportError | undefined;
    const known = knownKeys(endpoint);
    const login: PublicKeyAuthMethod = {
      type: 'publickey',
      username: endpoint.user,
      key: readKey(endpoint.privateKey),
    };
    const fail = (error: unknown) => reject(wrongKey ?? error);
    client.once('error', fail);
    client.once('close', () => fail(new Error('the SSH handshake was broken off')));
    client.once('ready', () => {
      client.off('error', fail);
      resolve();
    });
    client.connect({
      sock: socket,
      username: endpoint.user,
      authHandler: [login],
      algorithms: algorithms(known ?? []),
      // Ours is the only limit.
      readyTimeout: 0,
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: 3,
      hostVerifier: (key: KeyBlob) => {
        if (known === null) {
          endpoint.onHostKey?.(publicKeyText(key));
          return true;
        }
        if (known.some((one) => one.equals(key))) return true;
        wrongKey = unexpectedKey(whereIs(endpoint), key, known);
        return false;
      },
    });
  });
}

/** Null: the key met first is trusted. */
function knownKeys(endpoint: Endpoint): KeyBlob[] | null {
  if (endpoint.hostKeys === 'first-use') return null;
  return endpoint.hostKeys.map((text) => {
    const key = parsePublicKey(text);
    if (key) return key;
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    throw new TransportError(
      'host-key',
      `${whereIs(endpoint)}: not an OpenSSH public key: ${JSON.stringify(shown)}`,
    );
  });
}

function unexpectedKey(where: string, met: KeyBlob, known: readonly KeyBlob[]): TransportError {
  const expected = known.length === 0 ? 'no key' : known.map(describeKey).join(' or ');
  return new TransportError(
    'host-key',
    `refused to talk to ${where}: its host key is ${describeKey(met)}, expected ${expected}; ` +
      'if the machine was reinstalled, record its new key, else somebody is in between',
  );
}

/** The cheapest of the sound ones first; the host's own kind of key first, so that it shows the key that we know. */
function algorithms(known: readonly KeyBlob[]): Algorithms {
  const first = <T extends string>(names: T[]) => ({ remove: names, prepend: names, append: [] as T[] });
  return {
    kex: first(['curve25519-sha256', 'curve25519-sha256@libssh.org']),
    cipher: first(['aes128-gcm@openssh.com', 'aes128-gcm']),
    serverHostKey: first(algorithmsFor(known) as ServerHostKeyAlgorithm[]),
  };
}
