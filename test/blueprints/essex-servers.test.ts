import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { describeIf, needHost } from '../support/needs.ts';
import { runEssexScript } from './essex-script.ts';

interface Cloud {
  /** State of nova-compute by host. */
  readonly computes: Readonly<Record<string, 'up' | 'down'>>;
  readonly images?: readonly string[];
  /** Hosts whose servers stay as they are when they begin, and when they are to go. */
  readonly stuck?: readonly string[];
}

/** As much of Keystone's, Nova's and Glance's API as the check asks. */
async function openCloud({ computes, images = ['other', 'reference'], stuck = [] }: Cloud) {
  const servers = new Map<string, { name: string; host: string }>();
  const flavours = new Map<string, { id: string; name: string }>();
  const made: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const answer = answerTo(`${request.method} ${request.url}`, text === '' ? {} : JSON.parse(text), url);
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json', 'X-Subject-Token': 't' });
    response.end(JSON.stringify(answer ?? {}));
  });

  function answerTo(line: string, body: Record<string, Record<string, string>>, url: string) {
    if (line === 'POST /v3/auth/tokens') {
      const entry = (type: string) => ({
        type,
        endpoints: [{ interface: 'public', region: 'RegionOne', url: `${url}/${type}` }],
      });
      return { token: { catalog: [entry('compute'), entry('image')] } };
    }
    if (line === 'GET /compute/os-services?binary=nova-compute') {
      const services = Object.entries(computes).map(([host, state]) => ({ host, state, status: 'enabled' }));
      return { services };
    }
    if (line.startsWith('GET /image/v2/images?visibility=public'))
      return { images: images.map((name) => ({ id: `id-${name}`, name, disk_format: 'raw' })) };
    if (line.startsWith('GET /compute/servers/detail?all_tenants=1')) {
      const shown = [...servers].map(([id, { name, host }]) => {
        return { id, name, status: stuck.includes(host) ? 'BUILD' : 'ACTIVE', 'OS-EXT-SRV-ATTR:host': host };
      });
      return { servers: shown };
    }
    if (line === 'GET /compute/flavors/detail?is_public=None') return { flavors: [...flavours.values()] };
    if (line === 'POST /compute/flavors') {
      const flavor = { id: 'f', name: body.flavor?.name ?? '' };
      flavours.set('f', flavor);
      return { flavor };
    }
    if (line === 'POST /compute/servers') {
      const { name = '', host = '', imageRef } = body.server ?? {};
      made.push(`${host} from ${imageRef}`);
      servers.set(host, { name, host });
      return { server: { id: host } };
    }
    const [, what, id = ''] = /^DELETE \/compute\/(servers|flavors)\/(.+)$/.exec(line) ?? [];
    if (what === 'flavors') flavours.delete(id);
    else if (what !== 'servers') return null;
    else if (!stuck.includes(id)) servers.delete(id);
    return {};
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    made,
    left: () => [...servers.keys(), ...flavours.keys()],
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describeIf(needHost({ commands: ['python3'] }))('the check of essex that starts servers', () => {
  let cloud: Awaited<ReturnType<typeof openCloud>>;
  afterEach(() => cloud?.close());
  const zones = { 'compute-1': '-', 'compute-2': '-' };
  const check = () => runEssexScript({ file: 'checks/servers.sh', identity: cloud.url, zones });

  it('starts one on every node from the reference image, and leaves nothing', async () => {
    cloud = await openCloud({ computes: { 'compute-1': 'up', 'compute-2': 'up' } });
    const { code, said } = await check();
    expect(said).toMatch(/^2 servers ACTIVE on compute-1 compute-2 after [\d.]+ s, deleted$/m);
    expect(code).toBe(0);
    expect(cloud.made).toEqual(['compute-1 from id-reference', 'compute-2 from id-reference']);
    expect(cloud.left()).toEqual([]);
  });

  it('says of one that it is one', async () => {
    cloud = await openCloud({ computes: { 'compute-1': 'up' } });
    const { said } = await runEssexScript({
      ...{ file: 'checks/servers.sh', identity: cloud.url, zones: { 'compute-1': '-' } },
    });
    expect(said).toMatch(/^1 server ACTIVE on compute-1 after [\d.]+ s, deleted$/m);
  });

  it.each([
    ['is down', { 'compute-1': 'up', 'compute-2': 'down' }, 'down'],
    ['was never there', { 'compute-1': 'up' }, 'unknown to Nova'],
  ] as const)('says which node %s, and tries the others', async (_how, computes, state) => {
    cloud = await openCloud({ computes });
    const { code, said } = await check();
    expect(said.trim().split('\n').at(-1)).toBe(`compute-2: its nova-compute is ${state}`);
    expect(code).toBe(1);
    expect(cloud.made).toEqual(['compute-1 from id-reference']);
    expect(cloud.left()).toEqual([]);
  });

  it('says that a server did not start, also where it does not go away either', async () => {
    cloud = await openCloud({
      computes: { 'compute-1': 'up', 'compute-2': 'up' },
      stuck: ['compute-2'],
    });
    const { code, said } = await check();
    expect(said.trim().split('\n').at(-1)).toBe('not ACTIVE after 0 s: compute-1 ACTIVE, compute-2 BUILD');
    expect(code).toBe(1);
  });

  it('says that the image is missing that they begin from', async () => {
    cloud = await openCloud({ computes: { 'compute-1': 'up', 'compute-2': 'up' }, images: ['other'] });
    const { code, said } = await check();
    expect(said).toContain('Glance has no public image "reference" to begin servers from');
    expect(code).toBe(1);
    expect(cloud.made).toEqual([]);
  });
});
