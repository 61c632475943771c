import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Provider } from '../../../../engine/provider.ts';
import { packageCachePort } from '../../../../engine/providers/lab/base-recipe.ts';
import { freeze } from '../../../../engine/providers/lab/cgroups.ts';
import { createLabProvider, destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { labFolder } from '../../../../engine/providers/lab/lab-folder.ts';
import { machineFolder } from '../../../../engine/providers/lab/machine-record.ts';
import { cgroupsOf, runningSupervisor } from '../../../../engine/providers/lab/nspawn.ts';
import { runOn } from '../../../contracts/provider.ts';
import { describeIf, needHost } from '../../../support/needs.ts';
import { freshLabDir, labIdOf, sharedCache, tracesOf } from './here.ts';
import { buildOwner, type OwnerProgram } from './owner-process.ts';

describeIf(needHost({ root: true }))('booted machines', () => {
  const dir = freshLabDir();
  let provider: Provider;
  let ownerProgram: OwnerProgram;
  const names = ['n1', 'n2', 'n3'];
  const open = () => createLabProvider({ pool: 'lab', nodes: 3, dir, cacheDir: sharedCache });
  const on = async (machine: string, command: string) => runOn(await provider.endpoint(machine), command);
  const startOf = (machine: string) => on(machine, 'cut -d" " -f22 /proc/1/stat');

  beforeAll(async () => {
    provider = open();
    [ownerProgram] = await Promise.all([buildOwner(), provider.prepare(() => {})]);
  }, 600_000);

  afterAll(async () => {
    await provider.close();
    await destroyLab(dir);
    await ownerProgram?.remove();
    await rm(dirname(dir), { recursive: true, force: true });
  });

  test('three machines at once, each with its address, reaching each other', async () => {
    const machines = await Promise.all(names.map((name) => provider.create(name, { hostname: name })));
    expect(new Set(machines.map((machine) => machine.address)).size).toBe(3);
    expect(await on('n1', `ping -c1 -W3 ${machines[2]?.address} >/dev/null && echo pong`)).toBe('pong');
    expect(await on('n1', `${tcp(machines[1]?.address, 22)} && echo open`)).toBe('open');
  });

  test('systemd has booted without failed units', async () => {
    expect(await on('n1', 'systemctl is-system-running --wait; systemctl --failed --no-legend')).toBe(
      'running',
    );
  });

  test("the host's network interfaces are not to be seen", async () => {
    expect(await on('n1', 'ls /sys/class/net')).toBe('eth0\nlo');
  });

  test('machines have host keys of their own', async () => {
    const endpoints = await Promise.all(names.map((name) => provider.endpoint(name)));
    expect(new Set(endpoints.flatMap((endpoint) => endpoint.hostKeys)).size).toBe(3);
    expect(await runOn(endpoints[0] ?? fail(), 'cat /etc/ssh/ssh_host_ed25519_key.pub')).toBe(
      endpoints[0]?.hostKeys[0],
    );
  });

  test('a machine reaches nothing that listens on the host', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '0.0.0.0');
    try {
      const { port } = (await listening(server)) ?? fail();
      const gateway = await on('n1', "ip -4 route show default | cut -d' ' -f3");
      for (const host of [gateway, ...(await hostAddresses())]) {
        expect(await on('n1', `${tcp(host, port)} 2>/dev/null && echo open || echo closed`), host).toBe(
          'closed',
        );
      }
      expect(await on('n1', `${tcp(gateway, packageCachePort)} && echo open`)).toBe('open'); // the one door there is
    } finally {
      server.close();
    }
  });

  test('apt installs through the package cache, the second time without a download', async () => {
    const install =
      'apt-get update -qq && apt-get install -y -qq tree >/dev/null 2>&1; tree --version | cut -c1-4';
    expect(await on('n1', install)).toBe('tree');
    const path = await cachedFile(/\/tree_[^/]*\.deb$/);
    const fetched = statSync(path);
    expect(await on('n2', install)).toBe('tree');
    const now = statSync(path);
    expect(now.ino).toBe(fetched.ino); // a download would have put a new file in its place
    expect(now.mtimeMs).toBeGreaterThan(fetched.mtimeMs); // and serving it notes the time
  }, 180_000);

  test('without our process apt goes to the archive directly', async () => {
    await provider.close();
    provider = open();
    const endpoint = await provider.endpoint('n1');
    await provider.close();
    expect(await runOn(endpoint, '/usr/local/lib/deployday/package-cache http://example.org/')).toBe(
      'DIRECT',
    );
    provider = open();
    await provider.find('n1');
    expect(await on('n1', '/usr/local/lib/deployday/package-cache http://example.org/')).toMatch(
      /^http:\/\/10\..*:3142$/,
    );
  });

  test('a machine that has stopped is started again, its disk as it was', async () => {
    await on('n2', 'echo kept > /root/note; sync');
    const before = await startOf('n2');
    const running = () => runningSupervisor(machineFolder(labFolder(dir), 'n2'));
    process.kill((await running())?.pid ?? fail(), 'SIGKILL');
    await expect.poll(running).toBeNull();
    await provider.find('n2');
    expect(await startOf('n2')).not.toBe(before);
    expect(await on('n2', 'cat /root/note')).toBe('kept');
  });

  test('a machine that a killed process left frozen goes on', async () => {
    const before = await startOf('n3');
    const running = await runningSupervisor(machineFolder(labFolder(dir), 'n3'));
    await freeze(await cgroupsOf(labIdOf(dir), 'n3'), running?.pid ?? fail());
    await provider.close();
    provider = open();
    await provider.find('n3');
    expect(await startOf('n3')).toBe(before);
  });

  test("a user's change to the machine's network is gone after a reset", async () => {
    await on('n3', 'ip link add stray type veth peer name other; ip address add 192.0.2.1/32 dev lo');
    await provider.reset('n3', null);
    expect(await on('n3', 'ip link; ip -4 address show dev lo')).not.toMatch(/192\.0\.2\.1|stray|other/);
  });

  test('destroyLab leaves no trace', async () => {
    const id = labIdOf(dir);
    expect(tracesOf(id)).not.toEqual([]);
    await provider.close();
    const lines = await destroyLab(dir);
    expect(lines).toEqual(expect.arrayContaining(['removed machine n1', `removed ${dir}`]));
    expect(tracesOf(id)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
    expect(await destroyLab(dir)).toEqual([`no lab in ${dir}`]);
  });

  test('machines live on when their process is killed, and the next one adopts them', async () => {
    const owner = ownerProgram.start(dir, ['n1', 'n2']);
    await owner.said('created');
    const before = await runningSupervisor(machineFolder(labFolder(dir), 'n1'));
    await owner.kill();
    provider = open();
    expect(await provider.find('n1')).toMatchObject({ name: 'n1' });
    expect(await runningSupervisor(machineFolder(labFolder(dir), 'n1'))).toEqual(before);
    expect(await on('n2', 'hostname')).toBe('n2');
    await Promise.all(['n1', 'n2'].map((name) => provider.destroy(name)));
    await provider.close();
  });

  test.each([0, 60, 150, 300])(
    'a process killed %i ms into creating machines leaves nothing in the way',
    async (delayMs) => {
      const owner = ownerProgram.start(dir, names);
      await owner.said('prepared');
      await new Promise((resolve) => setTimeout(resolve, delayMs)); // the moment of the kill is what is tested
      await owner.kill();
      provider = open();
      await provider.prepare(() => {});
      await Promise.all(names.map((name) => provider.create(name, { hostname: name })));
      expect(await on('n2', 'hostname')).toBe('n2');
      await Promise.all(names.map((name) => provider.destroy(name)));
      expect(tracesOf(labIdOf(dir), 'n')).toEqual([]);
      await provider.close();
    },
  );
});

function tcp(host: string | undefined, port: number): string {
  return `timeout 3 bash -c 'exec 3<>/dev/tcp/${host}/${port}'`;
}

function fail(): never {
  throw new Error('not there');
}

async function listening(server: ReturnType<typeof createServer>): Promise<{ port: number } | null> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  return address !== null && typeof address === 'object' ? address : null;
}

async function hostAddresses(): Promise<string[]> {
  const { networkInterfaces } = await import('node:os');
  const all = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    name.startsWith('dl') ? [] : (list ?? []),
  );
  return all.filter((one) => one.family === 'IPv4' && !one.internal).map((one) => one.address);
}

async function cachedFile(url: RegExp): Promise<string> {
  const folder = join(sharedCache, 'packages');
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    const about = JSON.parse(await readFile(join(folder, name), 'utf8')) as { url: string };
    if (url.test(about.url)) return join(folder, createHash('sha256').update(about.url).digest('hex'));
  }
  throw new Error(`nothing in ${folder} matches ${url}`);
}
