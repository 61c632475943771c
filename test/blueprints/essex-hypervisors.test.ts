import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { describeIf, needHost } from '../support/needs.ts';
import { runEssexScript } from './essex-script.ts';

interface Aggregate {
  readonly id: number;
  readonly name: string;
  readonly availability_zone: string;
  readonly hosts: string[];
}

/** As much of Keystone's and Nova's API as the step asks: `states` by host, of those whose nova-compute was ever there. */
async function openNova(states: Readonly<Record<string, string>>) {
  const aggregates: Aggregate[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = text === '' ? {} : JSON.parse(text);
    const { port } = server.address() as AddressInfo;
    const answer = answerTo(`${request.method} ${request.url}`, body, `http://127.0.0.1:${port}`);
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json', 'X-Subject-Token': 't' });
    response.end(JSON.stringify(answer ?? {}));
  });

  function answerTo(line: string, body: Record<string, Record<string, string>>, url: string) {
    const place = { interface: 'public', region: 'RegionOne', url: `${url}/compute` };
    if (line === 'POST /v3/auth/tokens')
      return { token: { catalog: [{ type: 'compute', endpoints: [place] }] } };
    if (line === 'GET /compute/os-services?binary=nova-compute') {
      return { services: Object.entries(states).map(([host, state]) => ({ host, state })) };
    }
    if (line === 'GET /compute/os-aggregates') return { aggregates };
    if (line === 'POST /compute/os-aggregates') {
      const { name = '', availability_zone = '' } = body.aggregate ?? {};
      const made = { id: aggregates.length + 1, name, availability_zone, hosts: [] };
      aggregates.push(made);
      return { aggregate: made };
    }
    const [, id] = /^POST \/compute\/os-aggregates\/(\d+)\/action$/.exec(line) ?? [];
    const aggregate = aggregates.find((one) => String(one.id) === id);
    if (!aggregate || !body.add_host?.host) return null;
    aggregate.hosts.push(body.add_host.host);
    return { aggregate };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    zones: () => Object.fromEntries(aggregates.map(({ name, hosts }) => [name, hosts])),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Runs the step without nova-manage. */
const runStep = (identity: string, zones: Readonly<Record<string, string>>) =>
  runEssexScript({
    file: 'steps/hypervisors.sh',
    identity,
    zones,
    before: 'as() { echo "called: $*"; }',
  });

describeIf(needHost({ commands: ['python3'] }))('the step hypervisors of essex', () => {
  let nova: Awaited<ReturnType<typeof openNova>>;
  afterEach(() => nova?.close());
  const zones = { 'compute-1': 'az1', 'compute-2': 'az2', 'compute-3': 'az1' };

  it('takes all compute nodes into the cell and into their zones', async () => {
    nova = await openNova({ 'compute-1': 'up', 'compute-2': 'up', 'compute-3': 'up' });
    const { code, said } = await runStep(nova.url, zones);
    expect(said).toContain('called: nova nova-manage cell_v2 discover_hosts --by-service');
    expect(said).toContain('3 compute nodes, compute-1 in az1, compute-2 in az2, compute-3 in az1');
    expect(nova.zones()).toEqual({ az1: ['compute-1', 'compute-3'], az2: ['compute-2'] });
    expect(code).toBe(0);
  });

  it.each([
    ['was never there', {}],
    ['is down', { 'compute-2': 'down' }],
  ])('takes the others in when one %s, and fails naming that one alone', async (_how, second) => {
    nova = await openNova({ 'compute-1': 'up', 'compute-3': 'up', ...second });
    const { code, said } = await runStep(nova.url, zones);
    expect(nova.zones().az1).toEqual(['compute-1', 'compute-3']);
    expect(said.trim().split('\n').at(-1)).toMatch(
      /^2 of 3 compute nodes are in; missing: compute-2: .*then retry$/,
    );
    expect(code).toBe(1);
  });

  it('fails, and takes in nobody, when none has come up', async () => {
    nova = await openNova({});
    const { code, said } = await runStep(nova.url, zones);
    expect(said).toContain('nova-compute has not come up on any compute node');
    expect(said).not.toContain('called:');
    expect(code).toBe(1);
  });
});
