import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeIf, needHost } from '../support/needs.ts';
import { runEssexScript } from './essex-script.ts';

const MINI = { PARAM_SIZE: 'mini', PARAM_COMPONENTS: 'image' };
const DIGEST = createHash('sha512').update('content').digest('hex');
const CACHED = createHash('sha1').update('id-reference').digest('hex');

/** Keystone and Glance, as far as they are asked; `places`: Glance's address by interface, where it is another one. */
async function openIdentity(places: Readonly<Record<string, string>> = {}, content = 'content') {
  const server: Server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const answer = answerTo(`${request.method} ${request.url}`, url);
    response.writeHead(answer === null ? 404 : 200, {
      'Content-Type': typeof answer === 'string' ? 'application/octet-stream' : 'application/json',
      'X-Subject-Token': 't',
    });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
  });

  function answerTo(line: string, url: string): object | string | null {
    if (line === 'POST /v3/auth/tokens') {
      const endpoints = (own: string) =>
        ['public', 'internal', 'admin'].map((name) => ({
          interface: name,
          region: 'RegionOne',
          url: own === 'image' ? (places[name] ?? `${url}/image`) : `${url}/v3`,
        }));
      const catalog = ['identity', 'image'].map((type) => ({ type, endpoints: endpoints(type) }));
      return { token: { catalog } };
    }
    if (line === 'GET /v3/' || line === 'GET /image/') return {};
    if (line === 'GET /image/v2/images/id-reference/file') return content;
    if (!line.startsWith('GET /image/v2/images?visibility=public')) return null;
    const image = { id: 'id-reference', name: 'reference', disk_format: 'raw', os_hash_value: DIGEST };
    return { images: [{ ...image, file: '/v2/images/id-reference/file' }] };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe("the check of essex's database", () => {
  const check = (mysql: string) =>
    runEssexScript({
      file: 'checks/mariadb.sh',
      identity: '',
      zones: {},
      env: { ...MINI, PARAM_KEYSTONE_DB_PASSWORD: 'one', PARAM_GLANCE_DB_PASSWORD: 'two' },
      before: `mysql() { ${mysql}; }`,
    });

  it('says why a service cannot log in, and not that there are no tables', async () => {
    const { code, said } = await check('cat >/dev/null; echo "ERROR 1045: Access denied" >&2; return 1');
    expect(said.trim()).toBe('user keystone cannot use the database keystone: ERROR 1045: Access denied');
    expect(code).toBe(1);
  });

  it('counts the tables of each, and says where there are none', async () => {
    const two = 'cat >/dev/null; printf "a\\nb\\n"';
    const { code, said } = await check(`case $* in *VERSION*) echo MariaDB 10 ;; *) ${two} ;; esac`);
    expect(said.trim()).toBe('MariaDB 10: keystone 2 tables, glance 2 tables');
    expect(code).toBe(0);
    expect((await check('cat >/dev/null')).said.trim()).toBe('database keystone has no tables');
  });
});

describeIf(needHost({ commands: ['python3'] }))('what essex asks of Keystone and Glance', () => {
  let folder: string;
  let identity: Awaited<ReturnType<typeof openIdentity>>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deployday-cache-'));
  });
  afterEach(async () => {
    await identity?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const endpoints = () =>
    runEssexScript({ file: 'checks/endpoints.sh', identity: identity.url, zones: {}, env: MINI });

  it('every service answers, and each address is told once', async () => {
    identity = await openIdentity();
    const { code, said } = await endpoints();
    expect(said.trim()).toBe(
      `identity ${identity.url}/v3 (HTTP 200), image ${identity.url}/image (HTTP 200)`,
    );
    expect(code).toBe(0);
  });

  it('an address that only services use is asked, too', async () => {
    identity = await openIdentity({ internal: 'http://127.0.0.1:1' });
    const { code, said } = await endpoints();
    expect(said).toMatch(/GET http:\/\/127\.0\.0\.1:1\/: no answer/);
    expect(code).toBe(1);
  });

  const cache = () =>
    runEssexScript({
      file: 'steps/image-cache.sh',
      identity: identity.url,
      zones: {},
      instead: {
        "'/var/lib/nova/instances/_base'": JSON.stringify(join(folder, 'instances/_base')),
        "getpwnam('nova')": `getpwnam(${JSON.stringify(userInfo().username)})`,
      },
    });
  const cached = () => readdirSync(join(folder, 'instances/_base'));

  it('images are fetched whole, and what a killed step left is taken away', async () => {
    identity = await openIdentity();
    expect((await cache()).said).toContain('1 images in the cache, fetched: reference\n');
    const path = join(folder, 'instances/_base', CACHED);
    expect(readFileSync(path, 'utf8')).toBe('content');
    writeFileSync(path, 'spoilt');
    writeFileSync(`${path}.essex-new`, 'half');
    expect((await cache()).said).toContain('fetched: reference (it was corrupted)');
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(cached()).toEqual([CACHED]);
    expect((await cache()).said).toContain('fetched: none');
  });

  it('an image that comes otherwise than Glance says is not kept', async () => {
    identity = await openIdentity({}, 'another content');
    const { code, said } = await cache();
    expect(said).toContain('reference came with another sha512 than Glance says');
    expect(code).toBe(1);
    expect(cached()).toEqual([]);
  });
});
