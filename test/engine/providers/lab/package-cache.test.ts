import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  isBelow,
  neverChanges,
  type PackageCache,
  startPackageCache,
} from '../../../../engine/providers/lab/package-cache.ts';

let dir: string;
let archive: string;
let upstream: http.Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[];
let caches: PackageCache[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lab-packages-'));
  asked = [];
  caches = [];
  upstream = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  archive = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/debian`;
});

afterEach(async () => {
  for (const cache of caches) await cache.close();
  upstream.close();
  upstream.closeAllConnections();
  await rm(dir, { recursive: true });
});

async function cacheWith(maxBytes?: number): Promise<PackageCache> {
  const options = { dir, host: '127.0.0.1', port: 0, archives: [archive], ...(maxBytes ? { maxBytes } : {}) };
  const cache = await startPackageCache(options);
  caches.push(cache);
  return cache;
}

async function get(cache: PackageCache, url: string, headers = {}, method = 'GET') {
  const request = http.request({ host: '127.0.0.1', port: cache.port, path: url, method, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString(), headers: response.headers };
}

test('a package is fetched once, also for a later process', async () => {
  answer = (_request, response) => response.end('package');
  const url = `${archive}/pool/a_1_all.deb`;
  const cache = await cacheWith();
  expect((await get(cache, url)).body).toBe('package');
  expect((await get(cache, url)).body).toBe('package');
  expect((await get(await cacheWith(), url)).body).toBe('package');
  expect(asked).toEqual(['/debian/pool/a_1_all.deb']);
});

test('machines that ask for one file at the same time share one download and get it as it comes', async () => {
  let finish = () => {};
  answer = (_request, response) => {
    response.write('first ');
    finish = () => response.end('second');
  };
  const cache = await cacheWith();
  const requests = Array.from({ length: 5 }, () =>
    http.get({ host: '127.0.0.1', port: cache.port, path: `${archive}/b.deb` }),
  );
  const responses = await Promise.all(
    requests.map(async (request) => (await once(request, 'response'))[0] as IncomingMessage),
  );
  const firstParts = await Promise.all(
    responses.map(async (response) => String((await once(response, 'data'))[0])),
  );
  expect(firstParts).toEqual(Array(5).fill('first '));
  finish();
  const rest = await Promise.all(responses.map(async (response) => (await response.toArray()).join('')));
  expect(rest).toEqual(Array(5).fill('second'));
  expect(asked).toHaveLength(1);
});

test('an index is asked for again each time and replaced only when it changed', async () => {
  let version = 1;
  answer = (request, response) => {
    const modified = new Date(version * 1_000_000).toUTCString();
    if (request.headers['if-modified-since'] === modified) response.writeHead(304).end();
    else response.writeHead(200, { 'last-modified': modified }).end(`index ${version}`);
  };
  const cache = await cacheWith();
  const url = `${archive}/dists/x/InRelease`;
  const first = await get(cache, url);
  expect(first.body).toBe('index 1');
  await expect.poll(() => readdir(dir)).toHaveLength(2); // kept
  expect((await get(cache, url)).body).toBe('index 1');
  expect(cache.counts()).toEqual({ fetched: 1, served: 1 });
  expect((await get(cache, url, { 'if-modified-since': first.headers['last-modified'] })).status).toBe(304);
  version = 2;
  expect((await get(cache, url)).body).toBe('index 2');
  expect(asked).toHaveLength(4);
});

test('what was kept is used when the archive cannot be reached', async () => {
  answer = (_request, response) => response.end('index');
  const cache = await cacheWith();
  const url = `${archive}/dists/x/InRelease`;
  await get(cache, url);
  upstream.close();
  upstream.closeAllConnections();
  expect((await get(cache, url)).body).toBe('index');
  expect((await get(cache, `${archive}/other`)).status).toBe(502);
});

test('a download that breaks off is not kept', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half');
    setImmediate(() => response.destroy());
  };
  const cache = await cacheWith();
  const url = `${archive}/c.deb`;
  await expect(get(cache, url)).rejects.toThrow(/aborted|hang up|reset/);
  answer = (_request, response) => response.end('whole');
  await expect.poll(async () => (await get(cache, url)).body).toBe('whole');
  await expect.poll(async () => (await readdir(dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a missing file is answered as the archive answers, redirects are followed', async () => {
  answer = (request, response) => {
    if (request.url === '/debian/here.deb')
      response.writeHead(302, { location: '/elsewhere/there.deb' }).end();
    else if (request.url === '/elsewhere/there.deb') response.end('there');
    else response.writeHead(404).end();
  };
  const cache = await cacheWith();
  expect((await get(cache, `${archive}/here.deb`)).body).toBe('there');
  expect((await get(cache, `${archive}/nowhere.deb`)).status).toBe(404);
});

test('anything but a GET below an archive is refused without asking outside', async () => {
  answer = (_request, response) => response.end('secret');
  const cache = await cacheWith();
  const outside = new URL(archive).origin;
  for (const url of [
    `${outside}/private`,
    `${archive}/../private`,
    `${archive}x/y`,
    'http://localhost:1/',
    '/debian/x',
  ]) {
    expect((await get(cache, url)).status, url).toBe(403);
  }
  expect((await get(cache, `${archive}/x`, {}, 'POST')).status).toBe(405);
  expect(asked).toEqual([]);
});

test('above its size the cache drops what was unused longest', async () => {
  answer = (_request, response) => response.end('x'.repeat(1000));
  const cache = await cacheWith(2500);
  for (const name of ['a', 'b', 'c', 'd']) await get(cache, `${archive}/${name}.deb`);
  const kept = async () => (await readdir(dir)).filter((name) => /^[0-9a-f]{64}$/.test(name)).length;
  await expect.poll(kept).toBeLessThanOrEqual(2);
});

test('which files never change, and what lies below an archive', () => {
  expect(neverChanges('http://x/pool/a_1.deb')).toBe(true);
  expect(neverChanges('http://x/dists/y/by-hash/SHA256/00')).toBe(true);
  expect(neverChanges('http://x/dists/y/Packages.xz')).toBe(false);
  expect(isBelow('http://x/debian/pool', 'http://x/debian')).toBe(true);
  expect(isBelow('http://x/debian-security/pool', 'http://x/debian')).toBe(false);
  expect(isBelow('http://user@x/debian/pool', 'http://x/debian')).toBe(false);
  expect(isBelow('https://x/debian/pool', 'http://x/debian')).toBe(false);
});
