import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { type CacheStore, type KeptFile, openCacheStore } from './cache-store.ts';
import { type Download, download, requestUpstream } from './download.ts';

export interface PackageCacheOptions {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  /** Archives that may be asked for, `http://host/path`; everything else is refused. */
  readonly archives: readonly string[];
  readonly via?: string;
  readonly maxBytes?: number;
  readonly log?: (line: string) => void;
}

export interface PackageCache {
  readonly port: number;
  /** Files fetched from outside so far, and files served without. */
  counts(): { readonly fetched: number; readonly served: number };
  close(): Promise<void>;
}

const defaultMaxBytes = 8 * 2 ** 30;

/**
 * A caching forward proxy for apt: only GET, only the archives of the lab. Packages and by-hash files never change and are
 * served from disk; indexes are asked for again each time and sent anew only if they changed. One file is fetched once,
 * however many machines ask for it at the same time.
 */
export async function startPackageCache(options: PackageCacheOptions): Promise<PackageCache> {
  const { archives, log = () => {} } = options;
  const store = await openCacheStore(options.dir, options.maxBytes ?? defaultMaxBytes);
  await store.tidy();
  const underWay = new Map<string, Promise<Answer>>();
  const coming = new Set<Download>();
  const finishing = new Set<Promise<void>>();
  const counts = { fetched: 0, served: 0 };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    if (request.method !== 'GET') return refuse(response, 405, 'only GET');
    if (!archives.some((archive) => isBelow(url, archive)))
      return refuse(response, 403, 'not an archive of this lab');
    const found = await look(url);
    if (found.kind === 'refused') return refuse(response, found.status, found.why);
    if (found.kind === 'kept') return sendKept(store, found.file, request, response);
    response.writeHead(200, plainHeaders(found.download.headers));
    await found.download.copyTo(response);
  }

  /** One look at a time for one file; those who come meanwhile share its result. */
  function look(url: string): Promise<Answer> {
    const running = underWay.get(url);
    if (running) return running;
    const fresh = lookUp(url);
    underWay.set(url, fresh);
    const finished = fresh
      .then(finish, () => {})
      .finally(() => {
        underWay.delete(url);
        finishing.delete(finished);
      });
    finishing.add(finished);

    return fresh;
  }

  async function finish(answer: Answer): Promise<void> {
    if (answer.kind !== 'coming') return;
    const { url, download: file } = answer;
    coming.add(file);
    try {
      const { 'last-modified': lastModified, etag } = file.headers;
      const about = { ...(lastModified ? { lastModified } : {}), ...(etag ? { etag } : {}) };
      await store.keep(url, file.path, { url, size: await file.whole, ...about });
    } catch (error) {
      log(`package cache: ${url}: ${(error as Error).message}`);
      await rm(file.path, { force: true });
    } finally {
      coming.delete(file);
      setImmediate(() => file.release()); // after those who were handed it a moment ago have begun to read
    }
  }

  async function lookUp(url: string): Promise<Answer> {
    const kept = await store.find(url);
    if (kept && neverChanges(url)) {
      counts.served += 1;
      return { kind: 'kept', file: kept };
    }
    const answer = await requestUpstream({
      url,
      headers: kept ? conditions(kept) : {},
      ...(options.via === undefined ? {} : { via: options.via }),
    }).catch((error: Error) => error);
    if (answer instanceof Error) {
      log(`package cache: ${url}: ${answer.message}${kept ? '; using what was kept' : ''}`);
      return kept ? { kind: 'kept', file: kept } : { kind: 'refused', status: 502, why: answer.message };
    }
    if (answer.statusCode === 304 && kept) {
      answer.resume();
      counts.served += 1;
      return { kind: 'kept', file: kept };
    }
    if (answer.statusCode !== 200) {
      answer.resume();
      return {
        kind: 'refused',
        status: answer.statusCode ?? 502,
        why: `the archive answered ${answer.statusCode}`,
      };
    }
    counts.fetched += 1;
    return { kind: 'coming', url, download: await download(answer, store.freshPath()) };
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      log(`package cache: ${request.url}: ${error.message}`);
      response.destroy();
    });
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    counts: () => ({ ...counts }),
    async close() {
      server.close();
      server.closeAllConnections();
      for (const file of coming) file.cancel();
      await Promise.allSettled(finishing);
    },
  };
}

type Answer =
  | { readonly kind: 'kept'; readonly file: KeptFile }
  | { readonly kind: 'coming'; readonly url: string; readonly download: Download }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

/** Packages carry their version in their name, by-hash files their checksum. */
export function neverChanges(url: string): boolean {
  return /\.u?deb$|\/by-hash\/|\.(tar\.[a-z0-9]+|dsc)$/.test(new URL(url).pathname);
}

/** True if `url` lies at or below the archive, and is written plainly (no `..`, no user, no escapes that hide either). */
export function isBelow(url: string, archive: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, pathname, username, password } = new URL(url);
  const base = new URL(archive.endsWith('/') ? archive : `${archive}/`);
  if (protocol !== 'http:' || username !== '' || password !== '' || /%2e|%2f|%5c/i.test(pathname))
    return false;
  return host === base.host && pathname.startsWith(base.pathname);
}

function conditions(kept: KeptFile): Record<string, string> {
  if (kept.etag !== undefined) return { 'if-none-match': kept.etag };
  return kept.lastModified === undefined ? {} : { 'if-modified-since': kept.lastModified };
}

async function sendKept(
  store: CacheStore,
  file: KeptFile,
  request: IncomingMessage,
  response: ServerResponse,
) {
  await store.touch(file.url);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  if (file.lastModified !== undefined && since >= Date.parse(file.lastModified)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'content-length': file.size,
    'content-type': 'application/octet-stream',
    ...(file.lastModified === undefined ? {} : { 'last-modified': file.lastModified }),
  });
  await pipeline(createReadStream(store.pathOf(file.url)), response);
}

function plainHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'application/octet-stream' };
  for (const name of ['content-length', 'last-modified']) {
    const value = headers[name];
    if (typeof value === 'string') kept[name] = value;
  }
  return kept;
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    connection: status < 500 ? 'keep-alive' : 'close',
  });
  response.end(`${why}\n`);
}
